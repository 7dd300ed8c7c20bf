import { exportTypeAliases } from '@scholium/contract';
import { AppError } from '../../../core/domain/app-error.ts';
import { findLecture } from '../../../core/library/find.ts';
import type { ApiDeps } from '../api-deps.ts';
import { attachment } from '../file-name.ts';
import type { Handlers } from '../handler.ts';
import { leadToBucket } from '../lead-to-bucket.ts';

export function studyHandlers(deps: ApiDeps) {
  return {
    async generate({ scope, params, body }) {
      const { preset_id: presetId = null, again = false } = body ?? {};
      const job = await deps.requestGeneration({ scope, ...params, presetId, again });
      return { status: 202, body: { jobId: job.id } };
    },
    async search({ scope, query, signal }) {
      const { q, lectureId, lectureIds, ...filter } = query;
      const ids = new Set([...(lectureId === undefined ? [] : [lectureId]), ...(lectureIds?.split(',') ?? [])]);
      const input = { scope, query: q, ...filter, ...(ids.size > 0 && { lectureIds: [...ids] }) };
      return { status: 200, body: await deps.search(input, signal) };
    },
    async suggest({ scope, query: { q, ...filter }, signal }) {
      return { status: 200, body: await deps.suggest({ scope, query: q, ...filter }, signal) };
    },
    async ask({ scope, params, body, signal }) {
      return { status: 200, body: await deps.ask({ scope, ...params, ...body }, signal) };
    },
    async exportLecture({ scope, params, body }) {
      const job = await deps.requestExport({ scope, ...params, types: body?.types ?? null });
      return { status: 202, body: { jobId: job.id } };
    },
    async downloadExport({ scope, params, request }) {
      await findLecture(deps, { scope, lectureId: params.lectureId });
      const name = params.exportType.toLowerCase();
      const type = Object.hasOwn(exportTypeAliases, name) ? exportTypeAliases[name] : name;
      const stored = await deps.store.exports.find(scope, params.lectureId, type ?? name);
      if (!stored) throw await noExport(deps, { scope, ...params });
      const { blobKey: key, mediaType, sizeBytes } = stored;
      const disposition = attachment(stored.fileName);
      const led = await leadToBucket(deps, request.method, { scope, key, mediaType, disposition });
      if (led) return led;
      return {
        status: 200,
        headers: {
          'content-type': mediaType,
          'content-length': String(sizeBytes),
          'content-disposition': disposition,
          'cache-control': 'private, no-cache',
        },
        body: () => deps.blobs.read(scope, key),
      };
    },
  } satisfies Partial<Handlers>;
}

async function noExport(
  deps: Pick<ApiDeps, 'store'>,
  input: { scope: Parameters<ApiDeps['requestExport']>[0]['scope']; lectureId: string; exportType: string },
): Promise<AppError> {
  const made = await deps.store.exports.ofLecture(input.scope, input.lectureId);
  const known = made.length > 0 ? ` There is: ${made.map((stored) => stored.type).join(', ')}.` : '';
  return new AppError(
    'export_not_found',
    `There is no export "${input.exportType.slice(0, 40)}" of this lecture.${known} Make one with POST /api/lectures/${input.lectureId}/export.`,
  );
}
