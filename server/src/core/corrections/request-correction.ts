import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import { wordsIn } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import { enqueue, type EnqueueDeps } from '../jobs/enqueue.ts';
import { correctEverywhereJob, type CorrectEverywherePayload } from './correct-everywhere.job.ts';
import { previewEverywhere, type CorrectedEverywhere } from './correct-everywhere.ts';

type Input = CorrectEverywherePayload & { readonly scope: Scope };

/** Queues a correction over a course. @throws AppError `course_not_found`, `invalid_request` */
export async function requestCorrection(deps: EnqueueDeps, { scope, ...payload }: Input): Promise<Job> {
  await requireSense(deps, { scope, ...payload });
  const message = 'Waiting to correct the transcripts of the course.';
  return enqueue(deps, scope, correctEverywhereJob, { payload, lectureId: null, sourceId: null, message });
}

/** What it would do. @throws AppError as `requestCorrection` */
export async function previewCorrection(deps: Pick<EnqueueDeps, 'store'>, input: Input): Promise<CorrectedEverywhere> {
  await requireSense(deps, input);
  return previewEverywhere(deps, input);
}

async function requireSense({ store }: Pick<EnqueueDeps, 'store'>, { scope, courseId, from }: Input): Promise<void> {
  if (!(await store.courses.find(scope, courseId))) throw new AppError('course_not_found', `There is no course "${courseId}".`);
  if (wordsIn(from).length === 0) throw new AppError('invalid_request', 'Name the words to correct in "from".');
}
