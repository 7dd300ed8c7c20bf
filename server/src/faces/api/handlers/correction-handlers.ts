import { operations } from '@scholium/contract';
import { findLecture } from '../../../core/library/find.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { receiveUpload } from '../receive-upload.ts';
import type { UploadGate } from '../uploads/upload-gate.ts';
import { presentTranscriptVersion } from '../present.ts';

export function correctionHandlers(deps: ApiDeps, gate: UploadGate) {
  const { corrections } = deps;
  const uploads = { blobs: deps.blobs, maxUploadBytes: deps.settings.maxUploadBytes, gate };
  return {
    async importTranscript(call) {
      const { scope, params, request, signal } = call;
      await findLecture(deps, { scope, ...params }); // before the file is read
      const upload = await receiveUpload(uploads, { request, scope, ...operations.importTranscript.multipart }, signal);
      const { source: sourceId = null, language = null } = upload.fields;
      const { fileName, incoming } = upload;
      const input = { scope, ...params, sourceId, language, fileName, incoming };
      const made = await deps.importTranscript(input, signal);
      return { status: 201, body: { sourceId: made.sourceId, version: made.version } };
    },
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
