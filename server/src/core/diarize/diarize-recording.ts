import type { Job } from '../domain/job.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import { enqueueIn, newJob } from '../jobs/enqueue.ts';
import type { JobCompletion, JobContext } from '../jobs/job-kind.ts';
import type { Clock } from '../ports/clock.ts';
import type { Diarizer } from '../ports/diarizer.ts';
import type { Store } from '../ports/store.ts';
import { chooseDiarizer } from './choose-diarizer.ts';
import { diarize, type DiarizeInput } from './diarize.ts';
import { diarizeJob, type DiarizePayload } from './diarize.job.ts';

export interface DiarizeRecordingDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Best first; none where speakers are not told apart. */
  readonly diarizers: readonly Diarizer[];
  /** The jobs that make a new version of a transcript searchable. */
  readonly makeSearchable: (tx: Store, scope: Scope, parent: Job, made: Transcript) => Promise<readonly Job[]>;
}

/**
 * The job that tells apart the speakers of a recording.
 *
 * @throws AppError as `diarize` and `chooseDiarizer`
 */
export async function diarizeRecording(
  deps: DiarizeRecordingDeps,
  input: Pick<DiarizeInput, 'source' | 'audio' | 'audioKey'>,
  { speakers }: DiarizePayload,
  { scope, job, signal, report }: JobContext,
): Promise<(tx: Store) => Promise<JobCompletion>> {
  const { source } = input;
  const message = 'Listening for who speaks.';
  report(0, message);
  const diarizer = await chooseDiarizer(deps.diarizers);
  const onProgress = (endMs: number): void => report(fractionOf(endMs, source.durationMs), message);
  const lay = await diarize({ ...deps, diarizer }, { ...input, scope, speakers, onProgress }, signal);
  return async (tx) => {
    const { transcript, ...result } = await lay(tx);
    const followUps = transcript ? await deps.makeSearchable(tx, scope, job, transcript) : [];
    return { result: { sourceId: source.id, version: transcript?.version ?? null, ...result }, followUps };
  };
}

/** The job that follows a transcription by itself; none where nobody can tell speakers apart. */
export async function followWithDiarization(
  { diarizers, clock }: Pick<DiarizeRecordingDeps, 'diarizers' | 'clock'>,
  tx: Store,
  scope: Scope,
  parent: Job,
  source: Source,
): Promise<readonly Job[]> {
  const reasons = await Promise.all(diarizers.map((diarizer) => diarizer.unavailable()));
  if (!reasons.includes(null)) return [];
  const wanted = {
    payload: { sourceId: source.id, speakers: null },
    lectureId: source.lectureId,
    sourceId: source.id,
    parentJobId: parent.id,
    message: 'Waiting to find out who speaks.',
  };
  return [await enqueueIn(tx, scope, newJob(diarizeJob, clock.now(), wanted))];
}

/** Never quite 1: the job is done when its result is stored. */
function fractionOf(endMs: number, durationMs: number | null): number {
  return durationMs ? Math.min(0.98, endMs / durationMs) : 0;
}
