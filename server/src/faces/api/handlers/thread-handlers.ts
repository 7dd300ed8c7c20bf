import { Readable } from 'node:stream';
import type { ApiDeps } from '../api-deps.ts';
import { idOf } from '../../../core/domain/ids.ts';
import type { Message, Thread } from '../../../core/domain/thread.ts';
import type { Call, Handlers } from '../handler.ts';
import { fingerprintOf, once } from '../idempotency.ts';
import { presentTrashed } from '../present.ts';
import { aboutOf, presentMessage, presentThread } from '../present-threads.ts';
import { chatEvents, eventText } from '../stream-answer.ts';

export function threadHandlers(deps: ApiDeps, closing: AbortSignal) {
  const { threads } = deps;
  return {
    async createThread({ scope, body }) {
      const thread = await threads.create({ scope, title: body?.title ?? null, about: aboutOf(body ?? {}) });
      return { status: 201, body: presentThread(thread) };
    },
    async listThreads({ scope, query }) {
      const { cursor = null, limit, q: text, ...about } = query;
      const page = await threads.list({
        scope,
        filter: { ...about, ...(text !== undefined && { text }) },
        page: { cursor, limit },
      });
      return { status: 200, body: { threads: page.items.map(presentThread), nextCursor: page.nextCursor } };
    },
    async getThread({ scope, params }) {
      const { thread, messages } = await threads.read({ scope, ...params });
      return { status: 200, body: { thread: presentThread(thread), messages: messages.map(presentMessage) } };
    },
    async renameThread({ scope, params, body }) {
      return { status: 200, body: presentThread(await threads.rename({ scope, ...params, ...body })) };
    },
    async deleteThread({ scope, params }) {
      return { status: 200, body: presentTrashed(await threads.trash({ scope, ...params }), deps.clock.now()) };
    },
    async restoreThread({ scope, params }) {
      return { status: 200, body: presentThread(await threads.restore({ scope, ...params })) };
    },
    async askThread({ scope, params, body, signal }) {
      const input = { scope, ...params, ...body };
      return { status: 200, body: presentMessage(await threads.ask(input, () => {}, signal)) };
    },
    async askStream(call) {
      const { scope, body, signal } = call;
      await threads.admit(); // before a conversation is begun
      const thread = await threadFor(deps, call);
      const until = AbortSignal.any([signal, closing]);
      const input = { scope, threadId: thread.id, question: body.question, speaker: body.speaker };
      const events = chatEvents(thread.id, (emit) => onceAsked(deps, call, () => threads.ask(input, emit, until)));
      return {
        status: 200,
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
        },
        body: () => Readable.from(eventText(events, deps.clock), { objectMode: false }),
      };
    },
  } satisfies Partial<Handlers>;
}

/** The conversation that is named, or a new one; the same one when the request is sent again with its key. */
async function threadFor({ threads }: ApiDeps, { scope, body, headers }: Call<'askStream'>): Promise<Thread> {
  if (body.threadId !== undefined) return threads.find({ scope, threadId: body.threadId });
  const key = headers['idempotency-key'];
  const id = key === undefined ? null : idOf('thr', JSON.stringify([scope.ownerId, key]));
  return threads.create({ scope, id, title: null, about: aboutOf(body) });
}

/** The same question sent again with its key gets the answer that was given, as one event. */
async function onceAsked(deps: ApiDeps, call: Call<'askStream'>, ask: () => Promise<Message>): Promise<Message> {
  const key = call.headers['idempotency-key'];
  if (key === undefined) return ask();
  const fingerprint = fingerprintOf({ method: 'POST', url: call.request.url, body: call.body });
  const { answer } = await once(deps, { scope: call.scope, key, fingerprint }, async () => ({ status: 200, body: await ask() }));
  return answer.body;
}
