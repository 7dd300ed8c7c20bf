import { API_PREFIX, may, UPLOAD_JOB_HEADER, UPLOADS_PATH } from '@scholium/contract';
import { Server } from '@tus/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../core/domain/app-error.ts';
import { newId } from '../../../core/domain/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { inTurn } from './in-turn.ts';
import { tusProblem } from './tus-problem.ts';
import { TusStore, type Body } from './tus-store.ts';
import type { UploadGate } from './upload-gate.ts';
import { uploadLocks } from './upload-locks.ts';

const PATH = API_PREFIX + UPLOADS_PATH;
const VERSION = '1.0.0';
/** Beginnings and ends of uploads: small, but a class of students begins them all in one moment. */
const MOST_AT_ONCE = 4;
const BYTES_TYPE = 'application/offset+octet-stream';
type Deps = Pick<ApiDeps, 'store' | 'uploads' | 'settings'>;

/**
 * The tus protocol 1.0 (https://tus.io/protocols/resumable-upload) at `/api/uploads`. The library speaks it; routes, guards, log,
 * limits and errors are those of every other request.
 */
export function tusRoutes(deps: Deps, gate: UploadGate, closing: AbortSignal): (app: FastifyInstance) => Promise<void> {
  const locks = uploadLocks();
  const beginnings = inTurn(MOST_AT_ONCE);
  return async (app) => {
    // Bytes are read by the handler, as fast as they can be stored.
    app.addContentTypeParser(BYTES_TYPE, (_request, _body, done) => done(null));
    const handler = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => speak(request, reply);
    const config = { access: may.transcribe, isCounted: false };
    app.route({ url: PATH, method: ['POST', 'OPTIONS'], config, handler });
    app.route({ url: `${PATH}/:uploadId`, method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'], config, handler });
  };

  async function speak(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('tus-resumable', VERSION);
    if (request.method !== 'OPTIONS' && request.headers['tus-resumable'] !== VERSION) {
      reply.header('tus-version', VERSION);
      throw new AppError('tus_version_unsupported', `Send the header "Tus-Resumable: ${VERSION}".`);
    }
    if (!bringsBytes(request)) return beginnings(() => answer(request, reply));
    const place = gate.enter();
    try {
      return await answer(request, reply);
    } finally {
      place.leave();
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = bodyOf(request, closing);
    let failure: unknown = null;
    try {
      const tus = serverFor(request, body, (error) => (failure = error));
      const response = await tus.handleWeb(toWeb(request));
      if (failure !== null || response.status >= 400) {
        throw tusProblem(failure ?? { status_code: response.status }, await response.text());
      }
      response.headers.forEach((value, name) => {
        if (!name.startsWith('access-control-')) reply.header(name, value); // whose pages may call is said elsewhere
      });
      reply.status(response.status);
      const text = await response.text();
      return await reply.send(text === '' ? null : text);
    } finally {
      body.close();
    }
  }

  /** One a request: it is a few small objects, and knows whose request it is. */
  function serverFor({ scope, method }: FastifyRequest, body: RequestBody, onError: (error: unknown) => void): Server {
    const maxBytes = deps.settings.maxResumableBytes;
    return new Server({
      path: PATH,
      datastore: new TusStore({ ...deps, maxBytes }, scope, body),
      locker: locks.forClient({ method, idleMs: body.idleMs, stop: body.end }),
      maxSize: maxBytes,
      relativeLocation: true,
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

interface RequestBody extends Body {
  idleMs(): number;
  end(reason: AppError): void;
  close(): void;
}

/** The bytes of a request, which end in good order when the server stops or another request takes over. */
function bodyOf({ raw }: FastifyRequest, closing: AbortSignal): RequestBody {
  const ending = new AbortController();
  const onClosing = (): void =>
    ending.abort(
      new AppError('server_stopping', 'The server is stopping. What has arrived is stored; go on from there in a moment.'),
    );
  if (closing.aborted) onClosing();
  closing.addEventListener('abort', onClosing, { once: true });
  let lastAt = performance.now();
  return {
    data: {
      async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
        // Left open at the end: whoever is refused can still read why.
        for await (const bytes of raw.iterator({ destroyOnReturn: false })) {
          lastAt = performance.now();
          yield bytes as Uint8Array; // a request without an encoding yields bytes
        }
      },
    },
    stop: ending.signal,
    idleMs: () => performance.now() - lastAt,
    end: (reason) => ending.abort(reason),
    close: () => closing.removeEventListener('abort', onClosing),
  };
}

function bringsBytes({ method, headers }: FastifyRequest): boolean {
  return headers['content-type'] === BYTES_TYPE && (method === 'PATCH' || method === 'POST');
}

/** The library speaks web requests; this is the one that Fastify has accepted, without its bytes. */
function toWeb({ method, headers: given, params }: FastifyRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) headers.set(name, String(value));
  const { uploadId } = params as { uploadId?: string }; // one of the two routes has it
  const url = `http://upload.invalid${PATH}${uploadId === undefined ? '' : `/${encodeURIComponent(uploadId)}`}`;
  return new Request(url, { method, headers });
}
