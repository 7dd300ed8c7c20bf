import { errorCatalogue, errorsOf, problemSchema, PROBLEM_MEDIA_TYPE, tags, type OperationSpec } from '@scholium/contract';
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Adds the OpenAPI description, made from the contract alone. Must come before the routes. */
export function describeApi(app: FastifyInstance, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scholium',
        version,
        description:
          'Turns recordings into knowledge that can be checked: transcript, notes, cards and answers, each tied to the second it comes from.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    },
    transform: (document) => {
      const { operation } = document.route.config ?? {};
      const isPage = !operation || (operation.atRoot === true && document.url === operation.path);
      return jsonSchemaTransform({ ...document, schema: isPage ? { hide: true } : describe(operation) });
    },
  });
}

function describe(operation: OperationSpec): FastifySchema {
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    description: operation.description,
    tags: [...operation.tags],
    ...(operation.params && { params: operation.params }),
    ...(operation.query && { querystring: operation.query }),
    ...(operation.headers && { headers: operation.headers }),
    ...(operation.body && { body: operation.body }),
    ...(operation.multipart && {
      consumes: ['multipart/form-data', ...(operation.body ? ['application/json'] : [])],
      body: operation.multipart.fields.extend({ [operation.multipart.file]: z.file().describe('The recording') }),
    }),
    response: { ...replies(operation), ...problems(operation) },
  };
}

function replies(operation: OperationSpec): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, { description, schema, mediaType }]) => {
      if (schema) return [status, { description, content: { 'application/json': { schema } } }];
      if (mediaType) return [status, { description, content: { [mediaType]: { schema: bytes(mediaType) } } }];
      return [status, z.null().describe(description)];
    }),
  );
}

function bytes(mediaType: string): z.ZodType {
  return mediaType.startsWith('text/') ? z.string() : z.file();
}

/** One entry per status, naming the codes that come with it. */
function problems(operation: OperationSpec): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const code of errorsOf(operation)) {
    const { status, title } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`]);
  }
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => !(status in operation.responses))
      .map(([status, lines]) => [
        status,
        { description: lines.join('. '), content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } } },
      ]),
  );
}
