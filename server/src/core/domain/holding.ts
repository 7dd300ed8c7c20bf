/** What a recording holds and retention takes apart: its sound, and the words that were heard in it. */
export type Holding = 'audio' | 'transcript';

/** What retention did to a holding. There is none while nothing ever happened to it. */
export interface HoldingState {
  readonly ownerId: string;
  readonly sourceId: string;
  readonly holding: Holding;
  /** In the trash since then. */
  readonly trashedAt: number | null;
  /** Taken out of the trash then: its age counts from there. */
  readonly restoredAt: number | null;
  /** Removed for good then; nothing brings it back but to make it again. */
  readonly goneAt: number | null;
}

/** One holding in a listing. */
export interface HeldItem {
  readonly ownerId: string;
  readonly lectureId: string;
  readonly sourceId: string;
  readonly holding: Holding;
  readonly title: string;
  readonly sizeBytes: number;
  /** What the listing goes by: since when it is kept, or since when it is in the trash. */
  readonly at: number;
}
