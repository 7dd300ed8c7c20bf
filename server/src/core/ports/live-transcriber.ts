import type { Word } from '../domain/transcript.ts';

/**
 * Hears speech while it is spoken. An engine that streams gives partial text; an engine that hears whole utterances
 * gives none, and its words when voice activity detection has found the end of one.
 */
export interface LiveTranscriber {
  /** As `Transcriber.engine`. */
  readonly engine: string;
  /** Whether the engine writes punctuation and capitals itself. */
  readonly punctuates: boolean;
  /** Whether text comes before an utterance has ended. */
  readonly partials: boolean;
  /** Why it cannot be used here, as a sentence with the cure; null when it is ready (for its default model). */
  unavailable(): Promise<string | null>;
  /**
   * Gets ready to hear one speaker's stream. Aborting ends what was started within a second.
   *
   * @throws AppError `engine_unavailable`, `model_unavailable`, `model_missing`
   */
  open(options: LiveOptions, signal: AbortSignal): Promise<LiveSession>;
}

export interface LiveOptions {
  /** A size or name that the engine maps; null takes its default. */
  readonly model: string | null;
  /** ISO 639-1; null lets the engine find out. */
  readonly language: string | null;
}

export interface LiveSession {
  /** The model in use. */
  readonly model: string;
  /** ISO 639-1, where it is known from the start. */
  readonly language: string | null;
  /**
   * Feeds the next samples (16 kHz mono, any number). May be called again before it has answered; the answers come in order.
   *
   * @throws AppError `engine_failed`
   */
  accept(samples: Int16Array): Promise<LiveText>;
  /** The stream is over: what is left becomes final. @throws AppError `engine_failed` */
  flush(): Promise<LiveText>;
  close(): Promise<void>;
}

export interface LiveText {
  /** Words that will not change any more and were not told before, in order, in milliseconds from the start of the stream. */
  readonly words: readonly Word[];
  /** What seems to be said after them; replaces the last one. Empty where the engine cannot tell yet. */
  readonly partial: string;
}
