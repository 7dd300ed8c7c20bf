import { artifactsOf } from '../../../core/generate/artifacts-of.ts';
import { editArtifact, revertArtifact } from '../../../core/generate/edit-artifact.ts';
import { artifactVersions, requireArtifact, restoreArtifact, trashArtifact } from '../../../core/generate/find-artifact.ts';
import { findLecture } from '../../../core/library/find.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentTrashed } from '../present.ts';
import { presentArtifact, presentEdit } from '../present-artifacts.ts';

export function artifactHandlers(deps: ApiDeps) {
  return {
    async listArtifacts({ scope, params, query }) {
      await findLecture(deps, { scope, ...params });
      const artifacts = await artifactsOf(deps, { scope, ...params, history: query.history === 'true' });
      return { status: 200, body: { artifacts: artifacts.map(presentArtifact) } };
    },
    async getArtifact({ scope, params, query }) {
      return { status: 200, body: presentArtifact(await requireArtifact(deps, { scope, ...params, ...query })) };
    },
    async editArtifact({ scope, params, body }) {
      const edited = await editArtifact(deps, { scope, ...params, ...body, author: scope.ownerId });
      return { status: 200, body: presentArtifact(edited) };
    },
    async listArtifactVersions({ scope, params }) {
      const { generatedAt, edits } = await artifactVersions(deps, { scope, ...params });
      const generated = { version: 0, author: null, at: new Date(generatedAt).toISOString(), origin: null };
      return { status: 200, body: { versions: [generated, ...edits.map(presentEdit)] } };
    },
    async revertArtifact({ scope, params, body }) {
      const reverted = await revertArtifact(deps, { scope, ...params, ...body, author: scope.ownerId });
      return { status: 200, body: presentArtifact(reverted) };
    },
    async deleteArtifact({ scope, params }) {
      const artifact = await trashArtifact(deps, { scope, ...params });
      return { status: 200, body: presentTrashed(artifact, deps.clock.now()) };
    },
    async restoreArtifact({ scope, params }) {
      return { status: 200, body: presentArtifact(await restoreArtifact(deps, { scope, ...params })) };
    },
  } satisfies Partial<Handlers>;
}
