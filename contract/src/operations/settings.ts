import { z } from 'zod';
import { may } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { profileChangeSchema, profileSchema, statsSchema, switchesSchema, usageSchema } from '../settings.ts';

export const settingOperations = {
  getProfile: defineOperation({
    operationId: 'getProfile',
    method: 'GET',
    path: '/profile',
    summary: 'What you set for yourself',
    description: 'How answers in conversations should be written.',
    tags: ['Settings'],
    access: may.read,
    responses: { 200: { description: 'The profile', schema: profileSchema } },
    errors: [],
  }),
  updateProfile: defineOperation({
    operationId: 'updateProfile',
    method: 'PATCH',
    path: '/profile',
    summary: 'Change your profile',
    description:
      'What is left out stays. `systemPrompt` is taken as wishes about style: it cannot make answers say what the sources do not.',
    tags: ['Settings'],
    access: may.write,
    body: profileChangeSchema,
    responses: { 200: { description: 'The profile', schema: profileSchema } },
    errors: [],
  }),
  getUsage: defineOperation({
    operationId: 'getUsage',
    method: 'GET',
    path: '/v1/usage',
    summary: 'Tokens and cost by day, model and purpose',
    description:
      'Your own. Tries that failed are in it. Cost is an estimate by list prices; where no price is known it is null, never 0.',
    tags: ['Settings'],
    access: may.read,
    query: z.object({
      days: z.coerce
        .number<string | number>()
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .max(366, 'must be at most 366')
        .default(30)
        .describe('So many days back, today included'),
    }),
    responses: { 200: { description: 'The usage', schema: usageSchema } },
    errors: [],
  }),
  getStats: defineOperation({
    operationId: 'getStats',
    method: 'GET',
    path: '/v1/stats',
    summary: 'Figures at a glance',
    description: '`yours` is of your own material and lasts; `process` is of the process that answers, since it started.',
    tags: ['Settings'],
    access: may.read,
    responses: { 200: { description: 'The figures', schema: statsSchema } },
    errors: [],
  }),
  getSwitches: defineOperation({
    operationId: 'getSwitches',
    method: 'GET',
    path: '/admin/switches',
    summary: 'What is switched on',
    description: 'Sign-up, fetching web pages, writing notes, answering questions.',
    tags: ['Operators'],
    access: may.administer,
    responses: { 200: { description: 'All switches', schema: switchesSchema } },
    errors: [],
  }),
  updateSwitches: defineOperation({
    operationId: 'updateSwitches',
    method: 'PATCH',
    path: '/admin/switches',
    summary: 'Switch something off or on',
    description:
      'Holds at once for every process, without a restart. Requests are refused with `switched_off` while it is off; work that runs goes on.',
    tags: ['Operators'],
    access: may.administer,
    body: switchesSchema.partial(),
    responses: { 200: { description: 'All switches', schema: switchesSchema } },
    errors: [],
  }),
} as const;
