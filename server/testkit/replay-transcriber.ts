import { setTimeout as delay } from 'node:timers/promises';
import { samplesToMs, SAMPLE_RATE, type AudioChunk } from '../src/core/domain/audio.ts';
import type { Word } from '../src/core/domain/transcript.ts';
import type { HeardChunk, Transcriber, TranscriberSession } from '../src/core/ports/transcriber.ts';

export interface ReplayOptions {
  /** How many times faster than the sound lasts an answer comes; `Infinity` answers at once. */
  readonly timesRealTime?: number;
  readonly concurrency?: number;
  /** Stored words; those whose middle lies in a chunk answer it. Without them, `w` and the second, one word a second. */
  readonly words?: readonly Word[];
  /** Called before each answer; what it throws is the chunk's failure. */
  readonly before?: (chunk: AudioChunk, signal: AbortSignal) => Promise<void> | void;
}

/** An engine that answers stored words, for tests and benchmarks of everything around an engine. */
export class ReplayTranscriber implements Transcriber {
  readonly engine = 'replay';
  readonly punctuates = false;
  readonly draftQuality = false;
  /** Indexes of the chunks it was asked for, in the order of asking. */
  readonly calls: number[] = [];
  openSessions = 0;
  inWork = 0;
  mostInWork = 0;
  readonly #options: ReplayOptions;

  constructor(options: ReplayOptions = {}) {
    this.#options = options;
  }

  async unavailable(): Promise<null> {
    return null;
  }

  async open(_request: unknown, signal: AbortSignal): Promise<TranscriberSession> {
    signal.throwIfAborted();
    this.openSessions += 1;
    return {
      model: 'replay',
      digest: 'replay-1',
      language: 'en',
      concurrency: this.#options.concurrency ?? 1,
      transcribe: (chunk, chunkSignal) => this.#answer(chunk, AbortSignal.any([signal, chunkSignal])),
      close: async () => {
        this.openSessions -= 1;
      },
    };
  }

  async #answer(chunk: AudioChunk, signal: AbortSignal): Promise<HeardChunk> {
    this.calls.push(chunk.index);
    this.mostInWork = Math.max(this.mostInWork, ++this.inWork);
    try {
      signal.throwIfAborted();
      await this.#options.before?.(chunk, signal);
      const waitMs = samplesToMs(chunk.samples.length) / (this.#options.timesRealTime ?? 200);
      if (waitMs >= 1) await delay(waitMs, undefined, { signal });
      const words = this.#options.words ? storedWords(this.#options.words, chunk) : countedWords(chunk);
      return { words, language: 'en', noSpeech: null };
    } finally {
      this.inWork -= 1;
    }
  }
}

function storedWords(words: readonly Word[], chunk: AudioChunk): Word[] {
  const [from, to] = [samplesToMs(chunk.startSample), samplesToMs(chunk.endSample)];
  return words
    .filter(({ startMs, endMs }) => (startMs + endMs) / 2 >= from && (startMs + endMs) / 2 < to)
    .map((word) => ({ ...word, startMs: Math.max(from, word.startMs), endMs: Math.min(to, word.endMs) }));
}

function countedWords(chunk: AudioChunk): Word[] {
  return chunk.utterances.flatMap(({ startSample, endSample }) =>
    Array.from({ length: Math.ceil((endSample - startSample) / SAMPLE_RATE) }, (_, second) => {
      const start = startSample + second * SAMPLE_RATE;
      return {
        text: `w${Math.floor(start / SAMPLE_RATE)}`,
        startMs: samplesToMs(start),
        endMs: samplesToMs(Math.min(endSample, start + SAMPLE_RATE / 2)),
        confidence: 0.9,
      };
    }),
  );
}
