import { API_PREFIX, operations, type OperationId, type OperationSpec } from '@scholium/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { AppError } from '../../core/domain/app-error.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Call, Handlers, RawAnswer } from './handler.ts';
import { fingerprintOf, once, type JsonAnswer } from './idempotency.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does; routes without one are pages. */
    operation?: OperationSpec;
  }
}

/** A handler of any operation: what it gets was parsed with the operation's own schemas. */
type AnyHandler = (call: Call<OperationId>) => Promise<JsonAnswer | RawAnswer>;

/**
 * Makes one route of each operation of the contract.
 *
 * @throws Error when an operation has no handler, or a handler no operation
 */
export function bindOperations(app: FastifyInstance, deps: Pick<ApiDeps, 'store' | 'clock'>, handlers: Handlers): void {
  refuseMismatch(Object.keys(operations), Object.keys(handlers));
  for (const [id, operation] of Object.entries<OperationSpec>(operations)) {
    // The keys were just compared; each handler takes the call of its own operation, which is what it gets.
    const handle = handlers[id as OperationId] as unknown as AnyHandler;
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1');
    for (const url of operation.atRoot ? [API_PREFIX + path, path] : [API_PREFIX + path]) {
      const route = {
        url,
        config: { operation, access: operation.access, isCounted: operation.access.who !== 'anyone' },
        schema: schemaOf(operation),
        preValidation: async (request: FastifyRequest) => {
          // A form is left unread by its parser: without this the complaint would be that the body is missing.
          if (operation.multipart || !request.isMultipart()) return;
          throw new AppError('unsupported_media_type', 'Send the body as application/json.');
        },
        handler: (request: FastifyRequest, reply: FastifyReply) => run({ deps, operation, handle }, request, reply),
      };
      app.route({ ...route, method: operation.method });
      // Fastify's own HEAD routes would read a whole recording to throw it away.
      // Where HEAD means something else (uploads), it is there already.
      if (operation.method === 'GET' && !app.hasRoute({ url, method: 'HEAD' })) app.route({ ...route, method: 'HEAD' });
    }
  }
}

/** Exported for its test. */
export function refuseMismatch(operationIds: readonly string[], handlerIds: readonly string[]): void {
  const missing = operationIds.filter((id) => !handlerIds.includes(id));
  const unknown = handlerIds.filter((id) => !operationIds.includes(id));
  if (missing.length > 0) throw new Error(`No handler for the operations ${missing.join(', ')}`);
  if (unknown.length > 0) throw new Error(`No operation for the handlers ${unknown.join(', ')}`);
}

function schemaOf(operation: OperationSpec): FastifySchema {
  const response: Record<string, unknown> = {};
  for (const [status, { schema }] of Object.entries(operation.responses)) if (schema) response[status] = schema;
  return {
    ...(operation.params && { params: operation.params }),
    ...(operation.query && { querystring: operation.query }),
    ...(operation.headers && { headers: operation.headers }),
    ...(operation.body && { body: operation.body }),
    response,
  };
}

async function run(
  bound: { deps: Pick<ApiDeps, 'store' | 'clock'>; operation: OperationSpec; handle: AnyHandler },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { handle } = bound;
  // Fastify has parsed these with the schemas that Call is inferred from.
  const call = {
    params: request.params,
    query: request.query,
    headers: request.headers,
    body: request.body,
    scope: request.scope,
    signal: abortedWhenGone(reply),
    request,
    reply,
  } as unknown as Call<OperationId>;
  const answer = await answerOf(bound, call, () => handle(call));
  reply.status(answer.status);
  if (!('headers' in answer)) return reply.send(answer.body);
  reply.headers(answer.headers);
  if (typeof answer.body !== 'function') return reply.send(answer.body);
  return reply.send(request.method === 'HEAD' ? null : await answer.body());
}

async function answerOf(
  bound: { deps: Pick<ApiDeps, 'store' | 'clock'>; operation: OperationSpec },
  call: Call<OperationId>,
  work: () => Promise<JsonAnswer | RawAnswer>,
): Promise<JsonAnswer | RawAnswer> {
  const { operation, deps } = bound;
  const key = (call.headers as Record<string, string | undefined> | undefined)?.['idempotency-key']; // a header of every POST
  // A form is compared by its handler, when it has been read; a stream is kept by its handler, when it has ended.
  const byHandler = call.request.isMultipart() || operation.responses[200]?.mediaType === 'text/event-stream';
  if (operation.method !== 'POST' || byHandler || key === undefined) return work();
  const fingerprint = fingerprintOf({ method: operation.method, url: call.request.url, body: call.body });
  const { answer, replayed } = await once(deps, { scope: call.scope, key, fingerprint }, work);
  if (replayed) call.reply.header('idempotent-replayed', 'true');
  return answer;
}

function abortedWhenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new AppError('cancelled', 'The client went away.'));
  });
  return controller.signal;
}
