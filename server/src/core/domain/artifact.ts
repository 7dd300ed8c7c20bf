import type { ArtifactContents, ArtifactKind, ArtifactOrigin, Citation } from '@scholium/contract';

export type { ArtifactContents, ArtifactKind, ArtifactOrigin, Citation };

/** What a writer makes: content whose `cites` index into `citations`. */
export interface ArtifactDraft<K extends ArtifactKind = ArtifactKind> {
  readonly kind: K;
  readonly content: ArtifactContents[K];
  readonly citations: readonly Citation[];
  /** What made it, where that is not the writer that was asked. */
  readonly madeBy?: { readonly engine: string; readonly model: string };
  /** Why another engine made it than was asked. */
  readonly fallback?: ArtifactFallback;
  /** Of all calls of a language model for it; left out where none was made. */
  readonly usage?: ArtifactUsage;
  /** Claims that were written and are not in the content, because no citation of theirs holds. */
  readonly unsupported?: readonly string[];
}

/** The engine that was asked first and could not make an artifact, with the error that its job would have ended in. */
export interface ArtifactFallback {
  readonly engine: string;
  readonly model: string;
  readonly code: string;
  readonly detail: string;
}

/** What an artifact cost, over all calls of a language model for it. */
export interface ArtifactUsage {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where a price is not known. */
  readonly costUsd: number | null;
}

/** A version of a text that an artifact was made from. */
export interface TextVersion {
  readonly sourceId: string;
  readonly kind: Citation['kind'];
  readonly version: number;
}

/** An artifact as it is shown: the newest edit in place of what was generated, where there is one. */
export interface Artifact extends Omit<ArtifactDraft, 'madeBy' | 'fallback' | 'usage' | 'unsupported'> {
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
  /** All it was made from; empty for artifacts that were made before this was kept. */
  readonly texts: readonly TextVersion[];
  /** Null when the engine that was asked made it. */
  readonly fallback: ArtifactFallback | null;
  /** Null when no language model was asked. */
  readonly usage: ArtifactUsage | null;
  readonly unsupported: readonly string[];
  readonly createdAt: number;
  readonly deletedAt: number | null;
  /** Number of the newest edit; 0 while it is as it was generated. */
  readonly version: number;
  /** Null while it is as it was generated. */
  readonly edit: ArtifactEditFacts | null;
}

/** Who changed an artifact, when and how. */
export interface ArtifactEditFacts {
  /** From 1; 0 is what was generated. */
  readonly version: number;
  /** The owner id of whoever did it. */
  readonly author: string;
  readonly at: number;
  readonly origin: ArtifactOrigin;
}

/** An edit with what it made of the artifact. */
export interface ArtifactEdit extends ArtifactEditFacts {
  readonly content: ArtifactContents[ArtifactKind];
  readonly citations: readonly Citation[];
}
