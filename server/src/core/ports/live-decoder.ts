import type { LiveFormat } from '../domain/live-recording.ts';

/** Turns sound that arrives piece by piece in a container into samples. */
export interface LiveDecoder {
  /** @throws AppError `decoder_unavailable` */
  open(format: Exclude<LiveFormat, 'pcm'>, signal: AbortSignal): Promise<LiveDecoding>;
}

export interface LiveDecoding {
  /** Feeds the next bytes; resolves when more may come. What was fed after an end or a failure is left out. */
  write(bytes: Uint8Array): Promise<void>;
  /** The bytes have ended: the last samples come. */
  end(): void;
  /**
   * 16 kHz mono, as it is decoded; read by one. Ends after `end`, and when the signal is aborted.
   * @throws AppError `media_damaged` when nothing could be read
   */
  readonly samples: AsyncIterable<Int16Array>;
  close(): Promise<void>;
}
