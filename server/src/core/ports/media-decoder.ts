/** What a media file is, before it is decoded. `durationMs` is what the file claims: null when it claims nothing. */
export interface MediaFacts {
  readonly format: string;
  readonly durationMs: number | null;
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

/** A piece of sound to listen to, as a file that every player and phone plays. */
export interface SoundClip {
  /** Without a dot. */
  readonly extension: 'mp3' | 'wav';
  readonly bytes: Uint8Array;
}

/** From where to where in a recording. */
export interface ClipTimes {
  readonly startMs: number;
  readonly endMs: number;
}

/** No clip is longer: enough for a few sentences, and small (a 30 s MP3 has 180 kB). */
export const MAX_CLIP_MS = 30_000;

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
  /**
   * The sound of each span, in their order: at most `MAX_CLIP_MS` of it, less where the recording ends before, null where there
   * is none. What lies between is skipped, not decoded. A few clips are in memory at a time; stopping the iteration ends the work.
   * Spans begin within the recording: not every container tells that there is nothing after its end.
   * @throws AppError as `probe`
   */
  clips(path: string, spans: readonly ClipTimes[], signal: AbortSignal): AsyncIterable<SoundClip | null>;
  /** Version text, for health and doctor. @throws AppError `decoder_unavailable` */
  version(): Promise<string>;
}
