import type { SampleSpan } from '../domain/audio.ts';

/** Finds speech in a stream of 16 kHz mono sound. */
export interface VoiceActivityDetector {
  /** Changes when the model or its settings do; part of the key of stored cuts. */
  readonly id: string;
  /** @throws AppError `model_unavailable` */
  open(signal: AbortSignal): Promise<VoiceActivitySession>;
}

export interface VoiceActivitySession {
  /**
   * Feeds the next samples and returns the utterances that ended by them, in samples since `open`, in order.
   * An utterance lasts at most 20 s or so. Pauses of half a second and more end one.
   * May be called again before it has answered; the answers come in order.
   */
  accept(samples: Int16Array): Promise<readonly SampleSpan[]>;
  /** Ends the stream and returns the rest. */
  flush(): Promise<readonly SampleSpan[]>;
  close(): Promise<void>;
}
