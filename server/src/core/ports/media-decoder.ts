/** What a media file is, before it is decoded. `durationMs` is what the file claims: null when it claims nothing. */
export interface MediaFacts {
  readonly format: string;
  readonly durationMs: number | null;
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

/** Turns any sound or video file into 16 kHz mono samples. */
export interface MediaDecoder {
  /** @throws AppError `media_empty`, `media_unsupported`, `media_no_audio`, `media_protected`, `media_damaged`, `decoder_unavailable` */
  probe(path: string, signal: AbortSignal): Promise<MediaFacts>;
  /**
   * The sound as blocks of a few seconds at most, in order; memory is bounded by the consumer's pace.
   * A file that breaks off in the middle yields what could be read. Stopping the iteration or aborting ends the decoder.
   * @throws AppError as `probe`, and `media_too_long` when more than `maxDurationMs` is decoded
   */
  decode(path: string, options: { maxDurationMs: number }, signal: AbortSignal): AsyncIterable<Int16Array>;
  /** Version text, for health and doctor. @throws AppError `decoder_unavailable` */
  version(): Promise<string>;
}
