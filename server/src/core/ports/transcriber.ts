import type { Word } from '@scholium/contract';
import type { AudioChunk } from '../domain/audio.ts';

/** A speech engine: turns chunks of sound into words with times. */
export interface Transcriber {
  /** `pocketsphinx`, `sherpa`, ... */
  readonly engine: string;
  /** Whether the engine writes punctuation and capitals itself. */
  readonly punctuates: boolean;
  /** Whether its text is only a draft and must be marked so wherever it is shown. */
  readonly draftQuality: boolean;
  /** Why the engine cannot be used here, as a sentence with the cure; null when it is ready. */
  unavailable(): Promise<string | null>;
  /**
   * Gets ready to transcribe one recording. `model` is a size or name that the engine maps (`base`, `large-v3`);
   * null takes the engine's default.
   * @throws AppError `engine_unavailable`, `model_unavailable`
   */
  open(options: { model: string | null; language: string | null }, signal: AbortSignal): Promise<TranscriberSession>;
}

export interface TranscriberSession {
  /** The model in use. */
  readonly model: string;
  /** Changes whenever the same sound could give other words: engine version, model checksum, settings. */
  readonly digest: string;
  readonly language: string;
  /** How many chunks may be in work at once. */
  readonly concurrency: number;
  /**
   * Words of one chunk in order, times in milliseconds from the start of the **recording**, within the chunk.
   * Safe to call `concurrency` times at once. Aborting ends the engine's processes within a second.
   * @throws AppError `engine_failed`
   */
  transcribe(chunk: AudioChunk, signal: AbortSignal): Promise<readonly Word[]>;
  close(): Promise<void>;
}
