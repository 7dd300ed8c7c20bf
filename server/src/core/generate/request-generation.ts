import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import { DEFAULT_PRESET } from '../domain/preset.ts';
import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { findPreset } from '../library/presets.ts';
import { request } from '../jobs/request.ts';
import { generateJob } from './generate.job.ts';

/**
 * Queues the making of a lecture's study material. The same request while it waits or runs gives the same job, also `again`.
 *
 * @param input `presetId` null takes the lecture's own; `again` writes anew what was made of the same texts before
 * @throws AppError `lecture_not_found`, `preset_not_found`
 */
export async function requestGeneration(
  deps: EnqueueDeps,
  input: { scope: Scope; lectureId: string; presetId: string | null; again?: boolean },
): Promise<Job> {
  const { scope, lectureId } = input;
  const lecture = await deps.store.lectures.find(scope, lectureId);
  if (!lecture)
    throw new AppError('lecture_not_found', `There is no lecture "${lectureId}". Upload one with POST /api/lectures/ingest.`);
  const preset = await findPreset(deps, scope, input.presetId ?? (await ownOrDefault(deps, scope, lecture.presetId)));
  const target = { lectureId, sourceId: null, message: 'Waiting to make the notes.' };
  const nonce = input.again ? await nonceAfter(deps, scope, { lectureId, presetId: preset.id }) : undefined;
  const payload = { lectureId, presetId: preset.id, ...(nonce !== undefined && { nonce }) };
  return request(deps, scope, generateJob, { ...target, payload });
}

/** Another one for each round of notes: two who ask for the next round at once get the same. */
async function nonceAfter(
  { store }: Pick<EnqueueDeps, 'store'>,
  scope: Scope,
  { lectureId, presetId }: { lectureId: string; presetId: string },
): Promise<string | undefined> {
  const made = (await store.artifacts.ofLecture(scope, lectureId)).filter((artifact) => artifact.presetId === presetId);
  const newest = made
    .map(({ createdAt, id }) => `${createdAt}/${id}`)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return newest && `after ${newest}`;
}

/** The lecture's preset, unless somebody has deleted it since. */
async function ownOrDefault(deps: Pick<EnqueueDeps, 'store'>, scope: Scope, presetId: string): Promise<string> {
  const preset = await findPreset(deps, scope, presetId).catch(() => null);
  return preset?.id ?? DEFAULT_PRESET;
}
