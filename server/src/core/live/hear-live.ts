import { samplesToMs, msToSamples } from '../domain/audio.ts';
import { toAppError } from '../domain/app-error.ts';
import type { LiveLine } from '../domain/live-recording.ts';
import type { Word } from '../domain/transcript.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveSession, LiveTranscriber } from '../ports/live-transcriber.ts';
import { segmentsOf } from '../transcribe/segments.ts';

/** What an engine tells while somebody speaks. Times are from the start of the recording. */
export interface LiveTextListener {
  partial(startMs: number, text: string): void;
  line(line: LiveLine): void;
  behind(behindMs: number, skippedMs: number): void;
  /** No more text comes; the sound is not touched by it. */
  failed(reason: string): void;
}

export interface LiveText {
  /** Never waits: an engine that is slower falls behind, and skips what it can never catch up with. */
  accept(samples: Int16Array): void;
  /** What is left is heard, within `withinMs`. */
  finish(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface LiveTextOptions {
  readonly transcriber: LiveTranscriber;
  readonly language: string | null;
  /** Where the samples begin. */
  readonly fromMs: number;
}

/** From here on people are told. */
const BEHIND_MS = 5_000;
/** Sound that waits in memory: 4 MB. An engine so far behind begins again at this moment. */
const MOST_BEHIND_MS = 120_000;
/** An engine gets so much at a time at most. */
const MOST_SAMPLES = msToSamples(1_000);

/** Hears sound as it comes, with an engine that is opened beside it. */
export function hearLive(deps: { readonly clock: Clock }, options: LiveTextOptions, listener: LiveTextListener): LiveText {
  const { transcriber, language } = options;
  const stop = new AbortController();
  let queue: Int16Array[] = [];
  let waiting = 0;
  let accepted = msToSamples(options.fromMs);
  let toldBehindMs = 0;
  let ended = false;
  let bell = Promise.withResolvers<void>();
  const working = work();

  return {
    accept(samples) {
      if (ended || stop.signal.aborted) return;
      queue.push(samples);
      waiting += samples.length;
      accepted += samples.length;
      bell.resolve();
    },
    async finish(withinMs) {
      ended = true;
      bell.resolve();
      const timer = new AbortController();
      await Promise.race([working, deps.clock.sleep(withinMs, timer.signal)]);
      timer.abort();
      stop.abort(new Error('The recording has ended.'));
      await working;
    },
    async close() {
      stop.abort(new Error('The recording is left.'));
      bell.resolve();
      await working;
    },
  };

  async function work(): Promise<void> {
    try {
      while (hasMore()) await stretch();
    } catch (error) {
      if (!stop.signal.aborted) listener.failed(toAppError(error).detail);
      stop.abort(error);
    }
  }

  function hasMore(): boolean {
    return !stop.signal.aborted && !(ended && waiting === 0);
  }

  /** One session of the engine: until the end, or until it is too far behind to go on. */
  async function stretch(): Promise<void> {
    const session = await transcriber.open({ model: null, language }, stop.signal);
    try {
      const baseMs = samplesToMs(accepted - waiting);
      let heardMs = baseMs;
      for (;;) {
        const skippedMs = tooMuch();
        if (skippedMs > 0) return tellBehind(0, skippedMs);
        const samples = await next();
        if (!samples) break;
        heardMs = tell(session, await session.accept(samples), { baseMs, heardMs });
        const behindMs = samplesToMs(waiting);
        if (behindMs > BEHIND_MS ? Math.abs(behindMs - toldBehindMs) > BEHIND_MS : toldBehindMs > 0) {
          tellBehind(behindMs > BEHIND_MS ? behindMs : 0, 0);
        }
      }
      if (!stop.signal.aborted) tell(session, await session.flush(), { baseMs, heardMs });
    } finally {
      await session.close();
    }
  }

  /** How much was left out because more waits than can be kept. */
  function tooMuch(): number {
    if (samplesToMs(waiting) <= MOST_BEHIND_MS) return 0;
    const skippedMs = samplesToMs(waiting);
    queue = [];
    waiting = 0;
    return skippedMs;
  }

  /** The samples that wait, up to a second; null at the end. */
  async function next(): Promise<Int16Array | null> {
    while (queue.length === 0) {
      if (ended || stop.signal.aborted) return null;
      bell = Promise.withResolvers();
      await bell.promise;
    }
    const taken: Int16Array[] = [];
    let length = 0;
    while (queue[0] && (length === 0 || length + queue[0].length <= MOST_SAMPLES)) {
      const block = queue.shift()!; // it was just looked at
      taken.push(block);
      length += block.length;
    }
    waiting -= length;
    const all = new Int16Array(length);
    let at = 0;
    for (const block of taken) {
      all.set(block, at);
      at += block.length;
    }
    return all;
  }

  function tell(
    session: LiveSession,
    { words, partial }: { readonly words: readonly Word[]; readonly partial: string },
    { baseMs, heardMs }: { baseMs: number; heardMs: number },
  ): number {
    const spoken = words.map((word) => ({ ...word, startMs: word.startMs + baseMs, endMs: word.endMs + baseMs }));
    const [first, last] = [spoken[0], spoken.at(-1)];
    if (first && last) {
      const utterance = { startMs: first.startMs, endMs: last.endMs, words: spoken };
      const tongue = session.language ?? language;
      const lines = segmentsOf([utterance], { punctuates: transcriber.punctuates, ...(tongue && { language: tongue }) });
      for (const { startMs, endMs, text } of lines) listener.line({ startMs, endMs, text });
    }
    const now = last?.endMs ?? heardMs;
    if (transcriber.partials && !stop.signal.aborted) listener.partial(now, partial);
    return now;
  }

  function tellBehind(behindMs: number, skippedMs: number): void {
    toldBehindMs = behindMs;
    listener.behind(behindMs, skippedMs);
  }
}
