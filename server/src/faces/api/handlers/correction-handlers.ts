import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentTranscriptVersion } from '../present.ts';

export function correctionHandlers({ corrections }: Pick<ApiDeps, 'corrections'>) {
  return {
    async correctTranscript({ scope, params, query, body }) {
      const input = { scope, ...params, sourceId: query.source ?? null, ...body, by: scope.ownerId };
      const { sourceId, version } = await corrections.correct(input);
      return { status: 200, body: { sourceId, version } };
    },
    async undoCorrection({ scope, params, query, body }) {
      const input = { scope, ...params, sourceId: query.source ?? null, version: body.version ?? null, by: scope.ownerId };
      const { sourceId, version } = await corrections.undo(input);
      return { status: 200, body: { sourceId, version } };
    },
    async listTranscriptVersions({ scope, params, query }) {
      const { source = null, before = null, limit } = query;
      const { sourceId, versions } = await corrections.history({ scope, ...params, sourceId: source, before, limit });
      return { status: 200, body: { sourceId, versions: versions.map(presentTranscriptVersion) } };
    },
    async listConflicts({ scope, params, query }) {
      const { conflicts, ...rest } = await corrections.conflicts({ scope, ...params, sourceId: query.source ?? null });
      return { status: 200, body: { ...rest, conflicts: [...conflicts] } };
    },
    async correctEverywhere({ scope, params, body }) {
      const { preview, ...words } = body;
      const input = { scope, ...params, ...words, by: scope.ownerId };
      if (!preview) return { status: 202, body: { jobId: (await corrections.everywhere(input)).id } };
      const { examples, ...counts } = await corrections.preview(input);
      return { status: 200, body: { ...counts, examples: [...examples] } };
    },
  } satisfies Partial<Handlers>;
}
