export interface HeardToken {
  readonly text: string;
  /** From the start of the sound that the engine got. */
  readonly startMs: number;
  /** Null where the engine does not tell how long it lasts. */
  readonly endMs: number | null;
  /** 0..1; null where the engine does not tell. */
  readonly probability: number | null;
}

export interface HeardSegment {
  readonly text: string;
  /** As of tokens. */
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1, the mean of its words; null where the engine does not tell. */
  readonly probability?: number | null;
}

/** What an engine says of a piece of sound. */
export interface HeardText {
  readonly text: string;
  /** Pieces of the text, in order, with times; or none at all. */
  readonly tokens: readonly HeardToken[];
  /** Longer stretches of the text with times, where the engine gives those. */
  readonly segments: readonly HeardSegment[];
}
