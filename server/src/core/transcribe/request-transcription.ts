import { AppError } from '../domain/app-error.ts';
import { hasSound } from '../domain/caption.ts';
import type { Job } from '../domain/job.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { request } from '../jobs/request.ts';
import { hasAudio, requireAudio } from '../library/require-audio.ts';
import { requestPull } from '../models/request-pull.ts';
import type { ModelShelf } from '../ports/model-shelf.ts';
import type { Store } from '../ports/store.ts';
import { chooseTranscriber, type SpeechEngines, type SpeechWish } from './choose-transcriber.ts';
import { transcribeJob } from './transcribe.job.ts';

export interface RequestTranscriptionInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** Null takes the first recording without a transcript whose sound is there, else the first. */
  readonly sourceId: string | null;
  readonly model: string | null;
  readonly language: string | null;
  /** `translate` writes English whatever is spoken. */
  readonly task?: 'transcribe' | 'translate';
}

export interface RequestTranscriptionDeps extends EnqueueDeps {
  /** What this machine transcribes with; left out where others do the work and know better what they have. */
  readonly speech?: SpeechEngines & { readonly shelf: ModelShelf };
}

/**
 * Queues the transcription of one recording. The same request while it is waiting or running gives the same job.
 *
 * A model that has to be fetched first is fetched by a job of its own, for which this one waits.
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `nothing_to_transcribe`, `audio_removed`;
 * `model_unavailable`, `model_missing` (nothing may be fetched)
 */
export async function requestTranscription(deps: RequestTranscriptionDeps, input: RequestTranscriptionInput): Promise<Job> {
  const { scope, lectureId, model, language, task = 'transcribe' } = input;
  const source = await chooseSource(deps.store, input);
  await requireAudio(deps.store, scope, source);
  if (deps.speech) await prepareModel(deps, deps.speech, scope, { model, language, task });
  const target = { lectureId, sourceId: source.id, message: 'Waiting for a free worker.', estimateMs: lengthOf(source) };
  return request(deps, scope, transcribeJob, { ...target, payload: { sourceId: source.id, model, language, task } });
}

async function prepareModel(
  deps: EnqueueDeps,
  speech: SpeechEngines & { readonly shelf: ModelShelf },
  scope: Scope,
  wish: SpeechWish,
): Promise<void> {
  const choice = await chooseTranscriber(speech, wish).catch((error: unknown) => {
    // An API process need not have the engines of its workers: the job tells when they have none either.
    if (error instanceof AppError && error.code === 'engine_unavailable') return null;
    throw error;
  });
  if (choice && 'missing' in choice) await requestPull({ ...deps, shelf: speech.shelf }, scope, choice.missing);
}

/** Known after a first transcription; before it guessed from the size, at 128 kbit/s. */
function lengthOf({ durationMs, sizeBytes }: Source): number {
  return durationMs ?? Math.round(sizeBytes / 16);
}

async function chooseSource(store: Store, input: RequestTranscriptionInput): Promise<Source> {
  const { scope, lectureId, sourceId } = input;
  if (!(await store.lectures.find(scope, lectureId)))
    throw new AppError('lecture_not_found', `There is no lecture "${lectureId}". Upload one with POST /api/lectures/ingest.`);
  const recordings = (await store.sources.ofLecture(scope, lectureId)).filter(hasSound);
  const [first] = recordings;
  if (!first)
    throw new AppError(
      'nothing_to_transcribe',
      `The lecture "${lectureId}" has no recording. Add one with POST /api/lectures/${lectureId}/sources.`,
    );
  if (sourceId === null) {
    const done = new Set((await store.transcripts.heads(scope, lectureId)).map((head) => head.sourceId));
    const heard: Source[] = [];
    for (const source of recordings) if (await hasAudio(store, scope, source)) heard.push(source);
    return heard.find((source) => !done.has(source.id)) ?? heard[0] ?? first;
  }
  const named = recordings.find((source) => source.id === sourceId);
  if (named) return named;
  throw new AppError(
    'source_not_found',
    `The lecture "${lectureId}" has no recording "${sourceId}". It has: ${recordings.map((source) => source.id).join(', ')}.`,
  );
}
