import type { ArtifactContents, ArtifactKind, Citation } from '@scholium/contract';

export type { ArtifactContents, ArtifactKind, Citation };

/** What a writer makes: content whose `cites` index into `citations`. */
export interface ArtifactDraft<K extends ArtifactKind = ArtifactKind> {
  readonly kind: K;
  readonly content: ArtifactContents[K];
  readonly citations: readonly Citation[];
  /** What made it, where that is not the writer that was asked. */
  readonly madeBy?: { readonly engine: string; readonly model: string };
}

export interface Artifact extends ArtifactDraft {
  readonly id: string;
  readonly ownerId: string;
  readonly lectureId: string;
  readonly title: string;
  readonly engine: string;
  readonly model: string;
  readonly presetId: string;
  readonly presetVersion: number;
  /** Highest transcript version it was made from; 0 when made from documents only. */
  readonly transcriptVersion: number;
  readonly createdAt: number;
}
