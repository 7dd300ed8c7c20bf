import { may } from '@scholium/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/domain/app-error.ts';
import type { ApiDeps } from './api-deps.ts';

const PATH = '/api/auth/*';
const MOST_BODY_BYTES = 64 * 1024;
/** Of the connection; what a client says of itself is dropped. */
const CLIENT_ADDRESS_HEADER = 'x-scholium-client-address';

/**
 * Signing up, in and out, sessions and passwords under `/api/auth`, as better-auth has them. Nothing is there in personal mode.
 */
export function authRoutes({ accounts }: Pick<ApiDeps, 'accounts'>): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    const { respond } = accounts;
    if (respond === null) return;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BODY_BYTES }, (_request, body, done) => done(null, body));
    app.route({
      url: PATH,
      method: ['GET', 'POST'],
      // Whoever calls is looked at by what answers.
      config: { access: may.anyone },
      handler: async (request, reply) => send(reply, await respond(toWebRequest(request))),
    });
  };
}

function toWebRequest(request: FastifyRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) headers.append(name, each);
  }
  // A program (Node's fetch says how it fetches, without being a page): what a browser sends for another site has an Origin.
  if (!headers.has('origin') && !headers.has('cookie')) {
    for (const name of ['sec-fetch-mode', 'sec-fetch-site', 'sec-fetch-dest']) headers.delete(name);
  }
  headers.delete('x-forwarded-for');
  headers.set(CLIENT_ADDRESS_HEADER, request.ip);
  const url = `${request.protocol}://${request.host}${request.url}`;
  if (!URL.canParse(url)) throw new AppError('invalid_request', 'The address of the request cannot be read.');
  const body = request.body instanceof Buffer ? new Uint8Array(request.body) : null;
  return new Request(url, { method: request.method, headers, body });
}

async function send(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  reply.status(response.status);
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie' && !name.startsWith('access-control-')) reply.header(name, value);
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  const wait = response.headers.get('x-retry-after');
  if (wait !== null) reply.header('retry-after', wait);
  reply.header('cache-control', 'no-store');
  return reply.send(Buffer.from(await response.arrayBuffer()));
}
