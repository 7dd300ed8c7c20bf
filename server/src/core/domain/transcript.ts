import type { RemovalReason, Segment, Transcript as TranscriptDocument, TranscriptFindings, Word } from '@scholium/contract';

export type { RemovalReason, Segment, TranscriptFindings, Word };

/** A stored transcript: a version is never changed once written, so citations into it stay true. */
export interface Transcript extends TranscriptDocument {
  readonly ownerId: string;
  readonly createdAt: number;
}

/** All words in order; citations index into this list. */
export function wordsOf(transcript: Pick<TranscriptDocument, 'segments'>): Word[] {
  return transcript.segments.flatMap((segment) => segment.words);
}
