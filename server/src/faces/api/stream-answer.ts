import { errorCatalogue, type ChatEvent } from '@scholium/contract';
import { toAppError } from '../../core/domain/app-error.ts';
import type { Message } from '../../core/domain/thread.ts';
import type { AnswerEvent } from '../../core/ask/ask-in-thread.ts';
import type { Clock } from '../../core/ports/index.ts';
import { presentMessage } from './present-threads.ts';

/** How long a silent answer waits before it sends a comment, so that proxies keep the line. */
const HEARTBEAT_MS = 15_000;

/**
 * An answer as events: what `work` emits as it happens, then its citations and the whole, or the error. `work` begins when
 * the first event is asked for, and its failure is an event too.
 */
export async function* chatEvents(
  threadId: string,
  work: (emit: (event: AnswerEvent) => void) => Promise<Message>,
): AsyncGenerator<ChatEvent, void, undefined> {
  yield { type: 'start', threadId };
  const waiting: ChatEvent[] = [];
  let wake = Promise.withResolvers<void>();
  let cached = false;
  const emit = (event: AnswerEvent): void => {
    if (event.type === 'usage') cached = event.usage.cached;
    waiting.push(present(event));
    wake.resolve();
  };
  let outcome: { message: Message } | { error: unknown } | null = null;
  const working = work(emit)
    .then(
      (message) => void (outcome = { message }),
      (error: unknown) => void (outcome = { error }),
    )
    .finally(() => wake.resolve());
  for (;;) {
    // Read before the queue: what was emitted by then is in it.
    const ended: { message: Message } | { error: unknown } | null = outcome;
    yield* waiting.splice(0);
    if (ended !== null) {
      yield* lastEvents(ended, cached);
      return working;
    }
    await wake.promise;
    wake = Promise.withResolvers<void>();
  }
}

/** The same as the text of an event stream (WHATWG server-sent events). */
export async function* eventText(
  events: AsyncIterable<ChatEvent>,
  clock: Pick<Clock, 'sleep'>,
): AsyncGenerator<string, void, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const stop = new AbortController();
    const silence = clock.sleep(HEARTBEAT_MS, stop.signal).then(() => null);
    const step = await Promise.race([next, silence]);
    stop.abort();
    if (step === null) {
      yield ': still here\n\n';
      continue;
    }
    if (step.done) return;
    const { type, ...data } = step.value;
    yield `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    next = iterator.next();
  }
}

function* lastEvents(outcome: { message: Message } | { error: unknown }, cached: boolean): Generator<ChatEvent> {
  if ('error' in outcome) {
    const { code, detail } = toAppError(outcome.error);
    yield { type: 'error', code, title: errorCatalogue[code].title, detail };
    return;
  }
  const message = presentMessage(outcome.message);
  for (const [index, citation] of message.citations.entries()) yield { type: 'citation', index: index + 1, citation };
  yield { type: 'done', message, cached };
}

function present(event: AnswerEvent): ChatEvent {
  switch (event.type) {
    case 'delta':
      return event;
    case 'usage':
      return { type: 'usage', ...event.usage };
    case 'sources':
      return {
        type: 'sources',
        sources: event.evidence.map(({ passage: { lectureId, sourceId, kind, text, startMs, endMs, page } }) => ({
          lectureId,
          sourceId,
          kind,
          text,
          startMs,
          endMs,
          page,
        })),
      };
  }
}
