import { z } from 'zod';
import { may, permissionSchema, shareRightSchema } from '../access.ts';
import { healthSchema } from '../health.ts';
import { defineOperation } from '../operation.ts';

const routeSchema = z.object({
  operationId: z.string(),
  method: z.string(),
  path: z.string(),
  who: z.enum(['anyone', 'member', 'admin']),
  permission: permissionSchema,
  shared: shareRightSchema.nullable().describe('From which right on it is open to people a course is shared with'),
});
const databaseSchema = z.object({
  kind: z.enum(['sqlite', 'postgresql', 'memory']),
  migrations: z.array(z.string()).describe('In the order of their names'),
  tables: z.array(z.object({ name: z.string(), rows: z.number() })),
});

export const systemOperations = {
  getHealth: defineOperation({
    operationId: 'getHealth',
    method: 'GET',
    path: '/health',
    atRoot: true,
    summary: 'Whether everything works',
    description: 'Names each dependency. Answers 503 when one that is needed is down; a degraded one only says so.',
    tags: ['System'],
    access: may.anyone,
    responses: {
      200: { description: 'It works', schema: healthSchema },
      503: { description: 'Something that is needed is down', schema: healthSchema },
    },
    errors: [],
  }),
  getLiveness: defineOperation({
    operationId: 'getLiveness',
    method: 'GET',
    path: '/health/live',
    atRoot: true,
    summary: 'Whether the process answers',
    description: 'Asks nothing else: for a probe that starts the process again when there is no answer.',
    tags: ['System'],
    access: may.anyone,
    responses: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
    errors: [],
  }),
  getReadiness: defineOperation({
    operationId: 'getReadiness',
    method: 'GET',
    path: '/health/ready',
    atRoot: true,
    summary: 'Whether requests can be taken',
    description:
      'For a load balancer. Answers 503 while database or storage are down, and as soon as the server was told to stop. A queue that is down does not count: requests are kept.',
    tags: ['System'],
    access: may.anyone,
    responses: {
      200: { description: 'They can', schema: healthSchema },
      503: { description: 'Send them elsewhere', schema: healthSchema },
    },
    errors: [],
  }),
  listRoutes: defineOperation({
    operationId: 'listRoutes',
    method: 'GET',
    path: '/__debug/routes',
    atRoot: true,
    summary: 'Every operation, and who may call it',
    description: 'For administrators.',
    tags: ['System'],
    access: may.administer,
    responses: { 200: { description: 'The routes', schema: z.object({ routes: z.array(routeSchema) }) } },
    errors: [],
  }),
  describeDatabase: defineOperation({
    operationId: 'describeDatabase',
    method: 'GET',
    path: '/__debug/sqlite',
    atRoot: true,
    summary: 'Which database this is, and how many rows its tables hold',
    description: 'For administrators. PostgreSQL is shown under the same address.',
    tags: ['System'],
    access: may.administer,
    responses: { 200: { description: 'The database', schema: databaseSchema } },
    errors: [],
  }),
  getMetrics: defineOperation({
    operationId: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    atRoot: true,
    summary: 'Figures for Prometheus',
    description: 'Requests, jobs, queue, engines and process in the Prometheus text format.',
    tags: ['System'],
    access: may.administer,
    responses: { 200: { description: 'The figures', mediaType: 'text/plain' } },
    errors: [],
  }),
  getOpenApi: defineOperation({
    operationId: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description, for machines',
    description: 'OpenAPI 3.1.',
    tags: ['System'],
    access: may.anyone,
    responses: { 200: { description: 'The document', schema: z.record(z.string(), z.unknown()) } },
    errors: [],
  }),
} as const;
