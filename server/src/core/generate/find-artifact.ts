import { AppError } from '../domain/app-error.ts';
import type { Artifact, ArtifactEditFacts } from '../domain/artifact.ts';
import { TRASH_DAYS } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { findLecture } from '../library/find.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export interface OneArtifact {
  readonly scope: Scope;
  readonly lectureId: string;
  readonly artifactId: string;
  /** As it was after that edit, 0 as it was generated; the newest when left out. */
  readonly version?: number | undefined;
}

interface Deps {
  readonly store: Pick<Store, 'lectures' | 'artifacts'>;
}

/** @throws AppError `lecture_not_found`, `artifact_not_found` */
export async function requireArtifact(
  { store }: Deps,
  { scope, lectureId, artifactId, version }: OneArtifact,
): Promise<Artifact> {
  await findLecture({ store }, { scope, lectureId });
  const found = await store.artifacts.find(scope, artifactId, version === undefined ? {} : { version });
  if (found?.lectureId === lectureId) return found;
  throw notFound(artifactId, version);
}

/** All versions, oldest first; the first is what was generated. @throws AppError `lecture_not_found`, `artifact_not_found` */
export async function artifactVersions(
  deps: Deps,
  input: OneArtifact,
): Promise<{ readonly generatedAt: number; readonly edits: readonly ArtifactEditFacts[] }> {
  const { createdAt } = await requireArtifact(deps, input);
  return { generatedAt: createdAt, edits: await deps.store.artifacts.edits(input.scope, input.artifactId) };
}

/**
 * Puts an artifact with its edits into the trash; the one that was made before it is shown instead.
 * @throws AppError `lecture_not_found`, `artifact_not_found`
 */
export async function trashArtifact(deps: Deps & { readonly clock: Pick<Clock, 'now'> }, input: OneArtifact): Promise<Artifact> {
  const artifact = await requireArtifact(deps, input);
  const deletedAt = deps.clock.now();
  await deps.store.artifacts.setDeletedAt(input.scope, artifact.id, deletedAt);
  return { ...artifact, deletedAt };
}

/** @throws AppError `lecture_not_found`, `artifact_not_found` */
export async function restoreArtifact(deps: Deps, input: OneArtifact): Promise<Artifact> {
  const { scope, lectureId, artifactId } = input;
  await findLecture(deps, { scope, lectureId });
  const there =
    (await deps.store.artifacts.find(scope, artifactId)) ??
    (await deps.store.artifacts.find(scope, artifactId, { trashed: true }));
  if (there?.lectureId !== lectureId) throw notFound(artifactId, undefined);
  await deps.store.artifacts.setDeletedAt(scope, artifactId, null);
  return { ...there, deletedAt: null };
}

function notFound(artifactId: string, version: number | undefined): AppError {
  const what = version === undefined ? '' : `, or none at version ${version}`;
  return new AppError(
    'artifact_not_found',
    `The lecture has no artifact "${artifactId.slice(0, 80)}"${what}. What is deleted can be restored for ${TRASH_DAYS} days.`,
  );
}
