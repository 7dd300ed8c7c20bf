import type { WebSocket } from '@fastify/websocket';
import { API_PREFIX, liveCloseCodes, liveMessageSchema, may, type LiveEvent } from '@scholium/contract';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError, toAppError } from '../../core/domain/app-error.ts';
import { problem, type LiveListener, type LiveRoom } from '../../core/live/live-room.ts';
import type { ApiDeps, OwnerScope } from './api-deps.ts';
import { guardRequest } from './guard.ts';
import { keepAlive } from './keep-alive.ts';
import type { ProcessFigures } from './process-figures.ts';

/** A peer that reads so slowly is gone or means harm. */
const MOST_WAITING_BYTES = 1024 * 1024;
const MOST_SOCKETS = 500;
/** A microphone is never silent for so long: it sends silence. */
const IDLE_MS = 60_000;

/** WebSocket close codes (RFC 6455, 7.4.1, and its registry). */
const NORMAL = 1000;
const INTERNAL = 1011;
const COME_BACK = 1012;
const TRY_AGAIN_LATER = 1013;

/** What one connection is about. */
interface Line {
  readonly socket: WebSocket;
  readonly scope: OwnerScope;
  readonly liveId: string;
  readonly idleMs: number;
}

/**
 * Sound of a live recording over a WebSocket at `/api/live/{liveId}/sound`: binary messages are sound, text ones are JSON (`mark`, `stop`).
 * Pages of other web sites are refused.
 */
export function serveLiveSocket(app: FastifyInstance, deps: ApiDeps, figures: ProcessFigures): void {
  app.get<{ Params: { liveId: string } }>(
    `${API_PREFIX}/live/:liveId/sound`,
    {
      websocket: true,
      config: { access: may.transcribe },
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
      socket.on('error', () => socket.terminate()); // a broken frame or line; `close` follows
      const { scope, params } = request;
      record(deps, { socket, scope, liveId: params.liveId, idleMs: deps.settings.liveIdleMs ?? IDLE_MS });
    },
  );
}

/** Messages that come before the room is open wait in their order. */
function record({ live }: ApiDeps, line: Line): void {
  const { socket, scope, liveId } = line;
  const one = { scope, liveId };
  const endPing = keepAlive(socket);
  const idle = watchIdle(line);
  const listener: LiveListener = {
    tell: (event) => say(socket, event),
    leave: (why) => socket.close(CODES[why], SENTENCES[why]),
  };
  const entering = enter(live, one, listener, socket);
  let doing: Promise<unknown> = entering;
  socket.once('close', () => {
    endPing();
    idle.end();
    void leave();
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    idle.moved();
    // One message after the other, and none is read while one waits: that is what slows the sender down.
    socket.pause();
    doing = take(doing, isBinary ? data : String(data));
  });

  async function leave(): Promise<void> {
    await doing; // what came last is taken first
    const room = await entering;
    if (room) live.rooms.leave(one, room, listener);
  }

  async function take(before: Promise<unknown>, message: Buffer | string): Promise<void> {
    await before;
    try {
      const room = await entering;
      if (!room) return;
      if (typeof message === 'string') await obey(live, one, room, message);
      else await room.accept(message);
    } catch (error) {
      say(socket, problem(error));
    } finally {
      socket.resume();
    }
  }
}

async function enter(
  { rooms }: ApiDeps['live'],
  one: { scope: OwnerScope; liveId: string },
  listener: LiveListener,
  socket: WebSocket,
): Promise<LiveRoom | null> {
  try {
    const room = await rooms.room(one);
    say(socket, await room.enter(listener));
    return room;
  } catch (error) {
    const { code } = toAppError(error);
    say(socket, problem(error));
    const closed = code === 'live_not_found' ? liveCloseCodes.notFound : code === 'live_ended' ? liveCloseCodes.ended : null;
    socket.close(closed ?? (code === 'server_stopping' ? COME_BACK : INTERNAL), code);
    return null;
  }
}

async function obey(
  live: ApiDeps['live'],
  one: { scope: OwnerScope; liveId: string },
  room: LiveRoom,
  text: string,
): Promise<void> {
  const message = parse(text);
  if (message.type === 'mark') await room.mark(message);
  else await live.rooms.stop(one);
}

/** @throws AppError `invalid_request` */
function parse(text: string): z.output<typeof liveMessageSchema> {
  try {
    return liveMessageSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? ` ${z.prettifyError(cause).slice(0, 300)}` : '';
    throw new AppError(
      'invalid_request',
      `A text message is {"type":"mark","label":"lost"} or {"type":"stop"}; sound goes in binary messages.${why}`,
      { cause },
    );
  }
}

const CODES = { done: NORMAL, 'taken-over': liveCloseCodes.takenOver, failed: INTERNAL, stopping: COME_BACK } as const;
const SENTENCES = {
  done: 'The recording has ended.',
  'taken-over': 'Another connection records this now.',
  failed: 'The sound cannot be stored.',
  stopping: 'Connect again in a moment.',
} as const;

/** Ends a connection over which nothing comes. */
function watchIdle({ socket, idleMs }: Line): { moved(): void; end(): void } {
  const timer = setTimeout(() => {
    say(socket, problem(new AppError('live_idle', 'No sound comes. What came is stored; connect again to go on.')));
    socket.close(liveCloseCodes.idle, 'No sound comes.');
  }, idleMs);
  return { moved: () => void timer.refresh(), end: () => clearTimeout(timer) };
}

function say(socket: WebSocket, event: LiveEvent): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MOST_WAITING_BYTES) return socket.terminate();
  socket.send(JSON.stringify(event));
}
