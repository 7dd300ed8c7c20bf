import { exportTypes, type ExportType } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { request } from '../jobs/request.ts';
import { exportLectureJob } from './export-lecture.job.ts';
import { parseExportTypes } from './export-types.ts';
import { requireContent } from './require-content.ts';

/** Files of what was said alone. */
const SPOKEN: readonly ExportType[] = ['txt', 'srt', 'vtt'];

/**
 * Queues the making of files. The same request while it waits or runs gives the same job.
 *
 * @param input `types` null takes all that hold something: without a transcript no text and no subtitles
 * @throws AppError `lecture_not_found`, `transcript_not_found`, `invalid_request` for a type that is not supported
 */
export async function requestExport(
  deps: EnqueueDeps,
  input: { scope: Scope; lectureId: string; types: readonly string[] | null },
): Promise<Job> {
  const { scope, lectureId } = input;
  const asked = parseExportTypes(input.types ?? exportTypes);
  if (!(await deps.store.lectures.find(scope, lectureId))) {
    throw new AppError('lecture_not_found', `There is no lecture "${lectureId}". Upload one with POST /api/lectures/ingest.`);
  }
  const { transcripts, artifacts } = deps.store;
  const hasWords = (await transcripts.heads(scope, lectureId)).length > 0;
  requireContent({ lectureId, hasContent: hasWords || (await artifacts.ofLecture(scope, lectureId)).length > 0 });
  const spoken = hasWords ? [] : asked.filter((type) => SPOKEN.includes(type));
  if (input.types !== null && spoken.length > 0) {
    throw new AppError(
      'transcript_not_found',
      `The lecture "${lectureId}" has no transcript, so ${spoken.join(' and ')} would be empty. Its notes can be had as markdown, pdf, docx, json or anki.`,
    );
  }
  const types = asked.filter((type) => !spoken.includes(type));
  return request(deps, scope, exportLectureJob, {
    lectureId,
    sourceId: null,
    message: 'Waiting to make the files.',
    payload: { lectureId, types },
  });
}
