import type { Word } from '@scholium/contract';
import type { AudioChunk } from '../domain/audio.ts';

/** A speech engine: turns chunks of sound into words with times. */
export interface Transcriber {
  /** `pocketsphinx`, `sherpa`, `whisper-cpp`, `openai`. */
  readonly engine: string;
  /** Whether the engine writes punctuation and capitals itself. */
  readonly punctuates: boolean;
  /** Whether its text is only a draft and must be marked so wherever it is shown. */
  readonly draftQuality: boolean;
  /** Why the engine cannot be used here, as a sentence with the cure; null when it is ready (for its default model). */
  unavailable(): Promise<string | null>;
  /** The same of the engine alone, whatever models it has; left out by engines that bring their models with them. */
  installed?(): Promise<string | null>;
  /** Why it never does what is asked for (the language, the task, the model), as a sentence; null when it may. Asks nobody. */
  refuses?(wish: Pick<TranscriberOptions, 'model' | 'language' | 'task'>): string | null;
  /**
   * Gets ready to transcribe one recording.
   *
   * @throws AppError `engine_unavailable` (not installed, or it cannot do what is asked: the language, translation),
   * `model_unavailable` (no such model), `model_missing` (known, but not on this machine yet)
   */
  open(options: TranscriberOptions, signal: AbortSignal): Promise<TranscriberSession>;
}

export interface TranscriberOptions {
  /** A size or name that the engine maps (`base`, `large-v3`); null takes the engine's default. */
  readonly model: string | null;
  /** ISO 639-1, forced by the user; null lets the engine find out. */
  readonly language: string | null;
  /** `translate` writes English whatever is spoken. */
  readonly task: 'transcribe' | 'translate';
  /** Names and terms of the course, the most telling first; engines that take hints use them, the others ignore them. */
  readonly vocabulary: readonly string[];
}

export interface TranscriberSession {
  /** The model in use. */
  readonly model: string;
  /** Changes whenever the same sound could give other words: engine version, model checksum, settings, hints that are used. */
  readonly digest: string;
  /** What is spoken, when that is known before the first chunk; null when each chunk tells. */
  readonly language: string | null;
  /** How many chunks may be in work at once. */
  readonly concurrency: number;
  /**
   * What is said in one chunk. Safe to call `concurrency` times at once. Aborting ends the engine's processes within a second.
   *
   * @throws AppError `engine_failed` (another try may help), `engine_unavailable` (a server refuses the key, the model, the account)
   */
  transcribe(chunk: AudioChunk, signal: AbortSignal): Promise<HeardChunk>;
  close(): Promise<void>;
}

export interface HeardChunk {
  /** In order, times in milliseconds from the start of the **recording**, within the chunk; no text holds a space. */
  readonly words: readonly Word[];
  /** ISO 639-1 of what is spoken here, where the engine tells; null otherwise. */
  readonly language: string | null;
  /** How likely nothing is said here (0..1), where the engine tells; null otherwise. */
  readonly noSpeech: number | null;
}
