import websocket, { type WebSocket } from '@fastify/websocket';
import { chatQuestionSchema, errorCatalogue, may, socketMessageSchema } from '@scholium/contract';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError, toAppError } from '../../core/domain/app-error.ts';
import type { ApiDeps, OwnerScope } from './api-deps.ts';
import { guardRequest } from './guard.ts';
import { keepAlive } from './keep-alive.ts';
import { aboutOf } from './present-threads.ts';
import type { ProcessFigures } from './process-figures.ts';
import { chatEvents } from './stream-answer.ts';

/** A question has 2,000 characters; the rest are ids. */
const MOST_MESSAGE_BYTES = 64 * 1024;
const MOST_QUESTIONS = 4;
const MOST_SOCKETS = 500;
/** A peer that reads so slowly is gone or means harm. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** WebSocket close codes (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

/**
 * Chat over a WebSocket at `/ws`: `{type: 'ask', id, question, ...}` is answered by the events of `POST /api/chat/ask/stream`, each
 * with that id; `{type: 'stop', id}` ends an answer, and so does closing. Pages of other web sites are refused.
 */
export async function serveChatSocket(
  app: FastifyInstance,
  deps: ApiDeps,
  { figures, closing }: { figures: ProcessFigures; closing: AbortSignal },
): Promise<void> {
  await app.register(websocket, { options: { maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false } });
  app.get(
    '/ws',
    {
      websocket: true,
      config: { access: may.write },
      preValidation: async (request) => {
        const { host, origin } = request.headers;
        // As strict as for what changes something: a browser sends cookies with it, and asks nobody.
        guardRequest({ method: 'POST', host, origin }, deps.settings.publicHosts);
      },
    },
    (socket, request) => {
      if (figures.sockets >= MOST_SOCKETS) return socket.close(TRY_AGAIN_LATER, 'Too many connections.');
      figures.sockets++;
      socket.once('close', () => figures.sockets--);
      talk(deps, { socket, scope: request.scope }, closing);
    },
  );
}

function talk(deps: ApiDeps, { socket, scope }: { socket: WebSocket; scope: OwnerScope }, closing: AbortSignal): void {
  const asked = new Map<string, AbortController>();
  const leave = (): void => socket.close(GOING_AWAY, 'The server is stopping.');
  closing.addEventListener('abort', leave, { once: true });
  const endPing = keepAlive(socket);
  socket.once('close', () => {
    closing.removeEventListener('abort', leave);
    endPing();
    for (const question of asked.values()) question.abort();
  });
  socket.on('error', () => socket.terminate()); // a broken frame or line; `close` follows
  socket.on('message', (data, isBinary) => {
    let id: string | null = null;
    try {
      const { message, value } = parse(isBinary ? null : String(data));
      id = message.id;
      if (message.type === 'stop') return asked.get(id)?.abort();
      if (asked.has(id)) throw new AppError('invalid_request', 'A question of this id is being answered.');
      if (asked.size >= MOST_QUESTIONS) throw new AppError('invalid_request', `At most ${MOST_QUESTIONS} questions at once.`);
      const stop = new AbortController();
      asked.set(id, stop);
      void answer(deps, { socket, scope, id, value, stop }).finally(() => asked.delete(message.id));
    } catch (error) {
      say(socket, { id, ...problemOf(error) });
    }
  });
}

async function answer(
  { threads }: ApiDeps,
  { socket, scope, id, value, stop }: { socket: WebSocket; scope: OwnerScope; id: string; value: unknown; stop: AbortController },
): Promise<void> {
  try {
    const parsed = chatQuestionSchema.safeParse(value);
    if (!parsed.success) throw new AppError('invalid_request', z.prettifyError(parsed.error).slice(0, 500));
    await threads.admit(); // before a conversation is begun
    const { question, speaker, threadId } = parsed.data;
    const thread = threadId
      ? await threads.find({ scope, threadId })
      : await threads.create({ scope, title: null, about: aboutOf(parsed.data) });
    const input = { scope, threadId: thread.id, question, speaker };
    for await (const event of chatEvents(thread.id, (emit) => threads.ask(input, emit, stop.signal)))
      say(socket, { id, ...event });
  } catch (error) {
    say(socket, { id, ...problemOf(error) });
  }
}

/** @throws AppError `invalid_request` */
function parse(text: string | null): { message: z.infer<typeof socketMessageSchema>; value: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const { type, id, ...question } = z.looseObject(socketMessageSchema.shape).parse(value);
    return { message: { type, id }, value: question };
  } catch (cause) {
    throw new AppError('invalid_request', 'A message is JSON such as {"type":"ask","id":"1","question":"..."}.', { cause });
  }
}

function problemOf(error: unknown): { type: 'error'; code: string; title: string; detail: string } {
  const { code, detail } = toAppError(error);
  return { type: 'error', code, title: errorCatalogue[code].title, detail };
}

function say(socket: WebSocket, message: object): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MOST_WAITING_BYTES) return socket.terminate();
  socket.send(JSON.stringify(message));
}
