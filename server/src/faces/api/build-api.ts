import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { PROBLEM_MEDIA_TYPE, type AccessSpec } from '@scholium/contract';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../core/domain/app-error.ts';
import type { Person } from '../../core/domain/person.ts';
import type { ApiDeps, OwnerScope } from './api-deps.ts';
import { admit } from './admit-request.ts';
import { answerClientError } from './answer-client-error.ts';
import { authRoutes } from './auth-routes.ts';
import { bindOperations } from './bind-operations.ts';
import { describeApi } from './describe-api.ts';
import { serveDocs } from './docs-page.ts';
import { drainRefusedBodies } from './drain-refused.ts';
import { guardRequest } from './guard.ts';
import { serveLiveSocket } from './live-socket.ts';
import { serveChatSocket } from './chat-socket.ts';
import { accountHandlers } from './handlers/account-handlers.ts';
import { jobHandlers } from './handlers/job-handlers.ts';
import { courseHandlers, lectureHandlers } from './handlers/library-handlers.ts';
import { liveHandlers } from './handlers/live-handlers.ts';
import { modelHandlers } from './handlers/model-handlers.ts';
import { operatorHandlers } from './handlers/operator-handlers.ts';
import { speakerHandlers } from './handlers/speaker-handlers.ts';
import { correctionHandlers } from './handlers/correction-handlers.ts';
import { recordingHandlers } from './handlers/recording-handlers.ts';
import { artifactHandlers } from './handlers/artifact-handlers.ts';
import { settingHandlers } from './handlers/setting-handlers.ts';
import { studyHandlers } from './handlers/study-handlers.ts';
import { systemHandlers } from './handlers/system-handlers.ts';
import { threadHandlers } from './handlers/thread-handlers.ts';
import { uploadHandlers } from './handlers/upload-handlers.ts';
import { serveHome } from './home-page.ts';
import { readJsonBodies } from './json-body.ts';
import type { ProcessFigures } from './process-figures.ts';
import { tusRoutes } from './uploads/tus-routes.ts';
import { uploadGate } from './uploads/upload-gate.ts';
import { toApiError, toProblem } from './problem.ts';
import { compileValidator } from './validate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it; null: nobody who is known. */
    person: Person | null;
    /** Whose rows it may touch. */
    scope: OwnerScope;
  }
  interface FastifyContextConfig {
    /** Who may call the route. A route that says nothing is not served. */
    access?: AccessSpec;
    /** False for what must never be turned away for its number: probes, and pieces of files, which are limited otherwise. Default true. */
    isCounted?: boolean;
  }
}

const PROBES = new Set(['/health', '/health/live', '/health/ready']);
/** Places for uploads become free by the second. */
const RETRY_AFTER_SECONDS = '2';
const JSON_LIMIT_BYTES = 1024 * 1024;
/** Longer than any load balancer's, so that the other side closes first. */
const KEEP_ALIVE_MS = 75_000;
/** A line on which nothing moves for so long is dead. Event streams send a comment far more often. */
const IDLE_LINE_MS = 120_000;

/**
 * The HTTP face over the use cases. It listens when the caller says so; `close()` ends event streams and
 * lets requests in work finish.
 *
 * @throws Error when operations and handlers do not match
 */
export async function buildApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = fastify({
    logger: false, // requests are logged through the port
    bodyLimit: JSON_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: IDLE_LINE_MS,
    routerOptions: { maxParamLength: 16_384 }, // the id's own check answers better than "no such route"
    exposeHeadRoutes: false, // made with the operations
    return503OnClosing: false, // answered below, as a problem
    genReqId: requestIdOf,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void sendProblem(deps, error, request, reply),
  });
  const closing = new AbortController();
  app.addHook('preClose', async () => {
    closing.abort();
    await deps.live.rooms.close(); // before sockets are closed: what has arrived is stored, and everybody is told
  });
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendProblem(deps, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const detail = `There is no ${request.method} here. What there is stands at /api/docs.`;
    return sendProblem(deps, new AppError('route_not_found', detail), request, reply);
  });
  app.addHook('onRoute', ({ url, config }) => {
    if (!config?.access) throw new Error(`The route ${url} does not say who may call it.`);
  });
  const figures: ProcessFigures = { startedAt: deps.clock.now(), calls: 0, sockets: 0 };
  app.addHook('onResponse', async () => void figures.calls++);
  addRequestHooks(app, deps, closing.signal);
  readJsonBodies(app);
  drainRefusedBodies(app);
  await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } }, hsts: false });
  await app.register(multipart);
  await serveChatSocket(app, deps, { figures, closing: closing.signal });
  serveLiveSocket(app, deps, figures);
  describeApi(app, deps.settings.version);
  const gate = uploadGate(deps.settings.mostUploads);
  await app.register(async (routes) => {
    await routes.register(authRoutes(deps));
    await routes.register(tusRoutes(deps, gate, closing.signal)); // before the operations: HEAD of an upload is theirs
    bindOperations(routes, deps, {
      ...courseHandlers(deps),
      ...lectureHandlers(deps),
      ...recordingHandlers(deps, gate),
      ...correctionHandlers(deps, gate),
      ...speakerHandlers(deps),
      ...uploadHandlers(deps),
      ...liveHandlers(deps),
      ...studyHandlers(deps),
      ...artifactHandlers(deps),
      ...jobHandlers(deps, closing.signal),
      ...threadHandlers(deps, closing.signal),
      ...operatorHandlers(deps),
      ...modelHandlers(deps),
      ...accountHandlers(deps),
      ...settingHandlers(deps, figures),
      ...systemHandlers(deps, () => ({ ...app.swagger() })),
    });
    serveDocs(routes);
    serveHome(routes);
  });
  await app.ready();
  return app;
}

function addRequestHooks(app: FastifyInstance, deps: ApiDeps, closing: AbortSignal): void {
  app.decorateRequest('scope');
  app.decorateRequest('person', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (closing.aborted) {
      reply.header('connection', 'close');
      throw new AppError('server_stopping', 'The server is stopping. Send the request again in a moment.');
    }
    // Probes reach the server by an address; they learn nothing that is private.
    if (!PROBES.has(request.routeOptions.url ?? '')) {
      const { host, origin } = request.headers;
      guardRequest({ method: request.method, host, origin }, deps.settings.publicHosts);
    }
    await admit(deps, request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const status = reply.statusCode;
    const durationMs = Math.round(reply.elapsedTime);
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    deps.metrics.requestFinished({ method, route, status, durationMs: isStream ? null : reply.elapsedTime });
    // A line that was busy when the server began to close would be kept open for the next request.
    if (closing.aborted) setImmediate(() => app.server.closeIdleConnections());
    deps.log.info('access', 'request.finished', { requestId: request.id, method, route, status, durationMs });
  });
  app.addHook('onRequestAbort', async (request) => {
    deps.log.info('access', 'request.aborted', {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
    });
  });
}

function sendProblem(deps: Pick<ApiDeps, 'log'>, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const appError = toApiError(error);
  const problem = toProblem(appError, request.id);
  if (problem.status >= 500) {
    const { cause } = appError;
    const stack = cause instanceof Error ? cause.stack : appError.stack;
    deps.log.error('error', 'request.failed', {
      requestId: request.id,
      code: appError.code,
      route: request.routeOptions.url,
      stack,
    });
  }
  if (problem.status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.status(problem.status).type(PROBLEM_MEDIA_TYPE).serializer(JSON.stringify).send(problem);
}

/** A sane id given by the client (a proxy, mostly) is kept, so that logs can be joined. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{8,100}$/.test(given) ? given : randomUUID();
}
