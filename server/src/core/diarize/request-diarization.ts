import { AppError } from '../domain/app-error.ts';
import { hasSound } from '../domain/caption.ts';
import type { Job } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { request } from '../jobs/request.ts';
import { requireAudio } from '../library/require-audio.ts';
import { transcriptOf } from '../library/transcript-of.ts';
import type { Diarizer } from '../ports/diarizer.ts';
import { chooseDiarizer } from './choose-diarizer.ts';
import { diarizeJob } from './diarize.job.ts';

export interface RequestDiarizationInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** Null takes the first recording that has a transcript. */
  readonly sourceId: string | null;
  readonly speakers: number | null;
}

/**
 * Queues telling apart the speakers of a recording. The same request while it waits or runs gives the same job.
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`, `nothing_to_transcribe`, `audio_removed`, `engine_unavailable`
 */
export async function requestDiarization(
  deps: EnqueueDeps & { readonly diarizers: readonly Diarizer[] },
  { scope, lectureId, sourceId, speakers }: RequestDiarizationInput,
): Promise<Job> {
  const transcript = await transcriptOf(deps, { scope, lectureId, sourceId, version: null });
  const source = await deps.store.sources.find(scope, transcript.sourceId);
  if (!source || !hasSound(source))
    throw new AppError('nothing_to_transcribe', 'This transcript was brought in without a recording: there is nobody to hear.');
  await requireAudio(deps.store, scope, source);
  await chooseDiarizer(deps.diarizers);
  const target = { lectureId, sourceId: source.id, message: 'Waiting for a free worker.' };
  // About 30 times as fast as the sound, on one core.
  const estimateMs = Math.round(transcript.durationMs / 30);
  return request(deps, scope, diarizeJob, { ...target, estimateMs, payload: { sourceId: source.id, speakers } });
}
