import { artifactContentSchemas } from '@scholium/contract';
import type { Artifact, ArtifactEdit } from '../domain/artifact.ts';
import type { Scope } from '../domain/scope.ts';
import { carryWritten } from '../domain/written-by-people.ts';
import type { Store } from '../ports/store.ts';

/**
 * What people wrote in the artifact that a new one takes the place of, as the first edit of the new one: making notes again loses
 * nothing that people wrote. Without it (version 0) stands what was generated. Call it before the new one is stored.
 */
export async function carriedEdit(
  store: { readonly artifacts: Pick<Store['artifacts'], 'ofLecture'> },
  scope: Scope,
  artifact: Artifact,
): Promise<ArtifactEdit | null> {
  const before = (await store.artifacts.ofLecture(scope, artifact.lectureId)).find(
    ({ kind, presetId }) => kind === artifact.kind && presetId === artifact.presetId,
  );
  if (!before?.edit) return null;
  const carried = carryWritten(before, artifact);
  if (!carried) return null;
  return {
    version: 1,
    author: before.edit.author,
    at: artifact.createdAt,
    origin: { type: 'carried', artifactId: before.id },
    content: artifactContentSchemas[artifact.kind].parse(carried.content),
    citations: carried.citations,
  };
}
