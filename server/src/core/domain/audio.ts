/** All sound inside Scholium: 16 kHz, mono, signed 16 bit. */
export const SAMPLE_RATE = 16_000;

/** A stretch of a recording, in samples from its start, end excluded. */
export interface SampleSpan {
  readonly startSample: number;
  readonly endSample: number;
}

export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * A part of a recording that an engine gets in one piece: one or more utterances with the pauses between them. Where speech had to be
 * cut, a chunk begins a little before the end of the one before.
 */
export interface AudioChunk extends SampleSpan {
  readonly index: number;
  /** Where speech was found, inside the chunk, in order, without overlap. */
  readonly utterances: readonly SampleSpan[];
  /** The sound from `startSample` to `endSample`. */
  readonly samples: Int16Array;
  /** Where speech was cut: the next chunk begins here, before this one's end. Left out when the chunk ends in a pause. */
  readonly sharedFromSample?: number;
}

export function samplesToMs(samples: number): number {
  return Math.round((samples * 1000) / SAMPLE_RATE);
}

export function msToSamples(ms: number): number {
  return Math.round((ms * SAMPLE_RATE) / 1000);
}
