import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart as Part } from '@ai-sdk/provider';
import { AppError } from '../../core/domain/app-error.ts';
import { withUsage } from '../../core/domain/spent-model-error.ts';
import type { ModelEvent, ModelRequest } from '../../core/ports/language-model.ts';
import { askPatiently, silence, throwIfCancelled, watch, type PatientDeps, type Watch } from './ask-patiently.ts';
import { callOptions } from './call-options.ts';
import type { LanguageModelSettings } from './model-settings.ts';
import { contentRefused, providerProblem } from './provider-problem.ts';
import { NO_COUNT, usageOf } from './usage.ts';

interface StreamDeps {
  readonly open: () => Promise<LanguageModelV4>;
  readonly patient: () => PatientDeps;
  readonly settings: LanguageModelSettings;
  readonly countTokens: (text: string) => number;
}

/** A stream whose first piece has come. */
interface Begun {
  readonly first: Part | null;
  readonly rest: ReadableStreamDefaultReader<Part>;
  readonly request: Watch;
}

/**
 * The pieces of a reply as they come. Asks again as long as nothing was said; after the first piece a fault ends it. Whoever
 * stops listening ends the request. What was spent by then is told with the error, as an estimate: providers count at the end.
 */
export async function* streamReply(
  { open, patient, settings, countTokens }: StreamDeps,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  throwIfCancelled(signal);
  const model = await open();
  const deps = patient();
  const options = callOptions(settings, request);
  const begun = await askPatiently(deps, () => begin(model, options, deps, signal), signal);
  let text = '';
  let counted = NO_COUNT;
  const estimate = () => ({
    inputTokens: [request.system, ...request.messages.map((message) => message.text)].reduce(
      (sum, said) => sum + countTokens(said),
      0,
    ),
    outputTokens: countTokens(text),
  });
  try {
    for (let part: Part | null = begun.first; part !== null; part = await next(begun, deps, signal)) {
      if (part.type === 'text-delta' && part.delta !== '') {
        text += part.delta;
        yield { type: 'delta', text: part.delta };
        throwIfCancelled(signal);
      } else if (part.type === 'finish') {
        counted = part.usage;
        const cut = isCut(part.finishReason.unified, text, deps);
        yield { type: 'end', usage: usageOf(settings, counted, estimate), cut };
        return;
      }
    }
    throw broken(deps);
  } catch (error) {
    throw withUsage(error, usageOf(settings, counted, estimate));
  } finally {
    end(begun);
  }
}

/** Asks, and waits for the first piece of text or the end, so that whatever goes wrong before can be tried again. */
async function begin(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  deps: PatientDeps,
  signal: AbortSignal,
): Promise<Begun> {
  const { clock, patience } = deps;
  // Its own watch: the request outlives the try.
  const request = watch(clock, Math.min(patience.requestTimeoutMs, deps.deadline - clock.now()), signal);
  let begun: Begun | null = null;
  try {
    const { stream } = await model.doStream({ ...options, abortSignal: request.signal });
    begun = { first: null, rest: stream.getReader(), request };
    for (;;) {
      const part = await read(begun, deps, signal);
      if (part === null) throw broken(deps);
      if (part.type === 'finish') isCut(part.finishReason.unified, '', deps);
      else if (part.type !== 'text-delta' || part.delta === '') continue;
      request.pause();
      return { ...begun, first: part };
    }
  } catch (thrown) {
    const late = request.late();
    if (begun) end(begun);
    request.stop();
    throw late ? silence(deps.asked).error : thrown;
  }
}

function end({ rest, request }: Begun): void {
  request.stop();
  rest.cancel().catch(() => {}); // the request is over; there is nobody to tell
}

/** The next part within the time that the provider has between two; the time in which nobody asks for it does not count. */
async function next(begun: Begun, deps: PatientDeps, signal: AbortSignal): Promise<Part | null> {
  begun.request.again(deps.patience.requestTimeoutMs);
  const part = await read(begun, deps, signal);
  begun.request.pause();
  return part;
}

/** The next part; null at the end. Errors come as parts of the stream: here they are thrown. */
async function read({ rest, request }: Begun, deps: PatientDeps, signal: AbortSignal): Promise<Part | null> {
  let thrown: unknown;
  try {
    const { done, value } = await orAborted(rest.read(), request.signal);
    throwIfCancelled(signal);
    if (done) return null;
    if (value.type !== 'error') return value;
    thrown = value.error;
  } catch (error) {
    thrown = error;
  }
  throwIfCancelled(signal);
  throw request.late() ? silence(deps.asked).error : providerProblem(thrown, deps.asked, deps.clock.now()).error;
}

/** Does not wait until an abort has gone through all the streams between here and the connection. */
async function orAborted<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([reading, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Whether the reply was cut. @throws AppError when it did not end as replies do, or is empty */
function isCut(reason: string, text: string, deps: PatientDeps): boolean {
  if (reason === 'content-filter') throw new AppError('model_refused', contentRefused(deps.asked.engine));
  if (reason === 'interrupted' || reason === 'error') throw broken(deps);
  if (reason === 'length') return true;
  if (text !== '') return false;
  throw new AppError('model_reply_invalid', 'The language model replied with nothing. Ask again, or use another model.');
}

function broken({ asked }: PatientDeps): AppError {
  return new AppError('model_unreachable', 'The reply of the language model broke off. Try again.', {
    cause: new Error(`${asked.engine}: the stream ended early`),
  });
}
