import type { Artifact, ArtifactEdit, ArtifactEditFacts } from '../domain/artifact.ts';
import type { Scope } from '../domain/scope.ts';
import type { TrashFilter } from './store.ts';

/**
 * Notes of lectures: what was generated, which never changes, and the edits over it, by number from 1. What is read has the
 * newest edit in place. Artifacts in the trash are seen only by those who ask for them; that their lecture may be in the
 * trash is not looked at.
 */
export interface ArtifactStore {
  /** Stores what was generated; `version` and `edit` are those of edits and not stored. */
  insert(scope: Scope, artifact: Artifact): Promise<void>;
  /** Newest of each kind and preset, in the order of the catalogue; all with `history`. None from the trash. */
  ofLecture(scope: Scope, lectureId: string, options?: { history?: boolean }): Promise<readonly Artifact[]>;
  /** `version`: as it was after that edit, 0 as it was generated; null when there is no such edit. */
  find(scope: Scope, id: string, filter?: TrashFilter & { readonly version?: number }): Promise<Artifact | null>;
  /** False, and no change, when an edit of this number is there already: somebody else was quicker. */
  addEdit(scope: Scope, artifactId: string, edit: ArtifactEdit): Promise<boolean>;
  /** Oldest first. */
  edits(scope: Scope, artifactId: string): Promise<readonly ArtifactEditFacts[]>;
  /** Puts into the trash (a time) or takes out (null). Returns false when there is no such artifact. */
  setDeletedAt(scope: Scope, id: string, deletedAt: number | null): Promise<boolean>;
  /** In the trash by themselves, oldest first. */
  trashed(scope: Scope, limit: number): Promise<readonly Artifact[]>;
  /** Removes for good, with all edits, what was put into the trash before the time; returns how many. All owners. */
  removeExpired(before: number): Promise<number>;
}
