import { API_PREFIX, UPLOAD_JOB_HEADER, UPLOADS_PATH } from '@scholium/contract';
import { Server } from '@tus/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { ByteLengthQueuingStrategy } from 'node:stream/web';
import { AppError } from '../../../core/domain/app-error.ts';
import { newId } from '../../../core/domain/ids.ts';
import type { ApiDeps, OwnerScope } from '../api-deps.ts';
import { tusProblem } from './tus-problem.ts';
import { TusStore } from './tus-store.ts';
import type { UploadGate } from './upload-gate.ts';
import { uploadLocks } from './upload-locks.ts';

const PATH = API_PREFIX + UPLOADS_PATH;
const BYTES_TYPE = 'application/offset+octet-stream';
/** A request that another one asks to stop may go on for so long... */
const DRAIN_MS = 1_000;
/** ... and is given up by who waits for it after this: storing a last piece takes seconds at most. */
const LOCK_WAIT_MS = 20_000;
const READ_AHEAD_BYTES = 256 * 1024;

type Deps = Pick<ApiDeps, 'store' | 'uploads' | 'settings'>;

/**
 * The tus protocol 1.0 (https://tus.io/protocols/resumable-upload) at `/api/uploads`. The library speaks it; routes, guards, log,
 * limits and errors are those of every other request.
 */
export function tusRoutes(deps: Deps, gate: UploadGate, closing: AbortSignal): (app: FastifyInstance) => Promise<void> {
  const locker = uploadLocks({ waitMs: LOCK_WAIT_MS });
  const stop = stopping(closing);
  return async (app) => {
    // Bytes are read by the handler, as fast as they can be stored.
    app.addContentTypeParser(BYTES_TYPE, (_request, _body, done) => done(null));
    const handler = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => speak(request, reply);
    app.route({ url: PATH, method: ['POST', 'OPTIONS'], handler });
    app.route({ url: `${PATH}/:uploadId`, method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'], handler });
  };

  async function speak(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('tus-resumable', '1.0.0');
    const place = bringsBytes(request) ? gate.enter() : null;
    try {
      return await answer(request, reply);
    } finally {
      place?.leave();
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    let failure: unknown = null;
    const tus = serverFor(request.scope, (error) => (failure = error));
    const response = await tus.handleWeb(toWeb(request));
    if (failure !== null || response.status >= 400) {
      if (response.status === 412) reply.header('tus-version', '1.0.0');
      throw tusProblem(failure ?? { status_code: response.status }, await response.text());
    }
    response.headers.forEach((value, name) => {
      if (!name.startsWith('access-control-')) reply.header(name, value); // whose pages may call is said elsewhere
    });
    reply.status(response.status);
    const text = await response.text();
    return reply.send(text === '' ? null : text);
  }

  /** One a request: it is a few small objects, and knows whose request it is. */
  function serverFor(scope: OwnerScope, onError: (error: unknown) => void): Server {
    const maxBytes = deps.settings.maxResumableBytes;
    return new Server({
      path: PATH,
      datastore: new TusStore({ ...deps, maxBytes }, scope, stop),
      locker,
      maxSize: maxBytes,
      relativeLocation: true,
      lockDrainTimeout: DRAIN_MS,
      allowedOrigins: () => false,
      namingFunction: () => newId('upl'),
      getFileIdFromRequest: (_request, id) => id,
      async onUploadFinish(_request, { id }) {
        const upload = await deps.store.uploads.find(scope, id);
        return upload?.jobId ? { headers: { [UPLOAD_JOB_HEADER]: upload.jobId } } : {};
      },
      onResponseError(_request, error) {
        onError(error);
        return undefined;
      },
    });
  }
}

/** The closing signal with a reason for clients. */
function stopping(closing: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = (): void =>
    controller.abort(
      new AppError('server_stopping', 'The server is stopping. What has arrived is stored; go on from there in a moment.'),
    );
  if (closing.aborted) stop();
  else closing.addEventListener('abort', stop, { once: true });
  return controller.signal;
}

function bringsBytes({ method, headers }: FastifyRequest): boolean {
  return headers['content-type'] === BYTES_TYPE && (method === 'PATCH' || method === 'POST');
}

/** The library speaks web requests; this is the one that Fastify has accepted. */
function toWeb(request: FastifyRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, String(value));
  const { uploadId } = request.params as { uploadId?: string }; // one of the two routes has it
  const url = `http://upload.invalid${PATH}${uploadId === undefined ? '' : `/${encodeURIComponent(uploadId)}`}`;
  if (!bringsBytes(request)) return new Request(url, { method: request.method, headers });
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: READ_AHEAD_BYTES });
  const body = Readable.toWeb(request.raw, { strategy });
  // A body that streams needs `duplex`, which this type does not know yet.
  return new Request(url, { method: request.method, headers, body, duplex: 'half' } as RequestInit);
}
