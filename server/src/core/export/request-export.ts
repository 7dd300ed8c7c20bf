import { exportTypes } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { request } from '../jobs/request.ts';
import { exportLectureJob } from './export-lecture.job.ts';
import { parseExportTypes } from './export-types.ts';
import { requireContent } from './require-content.ts';

/**
 * Queues the making of files. The same request while it waits or runs gives the same job.
 *
 * @param input `types` null takes all
 * @throws AppError `lecture_not_found`, `transcript_not_found`, `invalid_request` for a type that is not supported
 */
export async function requestExport(
  deps: EnqueueDeps,
  input: { scope: Scope; lectureId: string; types: readonly string[] | null },
): Promise<Job> {
  const { scope, lectureId } = input;
  const types = parseExportTypes(input.types ?? exportTypes);
  if (!(await deps.store.lectures.find(scope, lectureId))) {
    throw new AppError('lecture_not_found', `There is no lecture "${lectureId}". Upload one with POST /api/lectures/ingest.`);
  }
  const { transcripts, artifacts } = deps.store;
  const hasWords = (await transcripts.heads(scope, lectureId)).length > 0;
  requireContent({ lectureId, hasContent: hasWords || (await artifacts.ofLecture(scope, lectureId)).length > 0 });
  return request(deps, scope, exportLectureJob, {
    lectureId,
    sourceId: null,
    message: 'Waiting to make the files.',
    payload: { lectureId, types },
  });
}
