import type { Source } from './domain/library.ts';
import { AppError } from './domain/app-error.ts';
import type { Scope } from './domain/scope.ts';
import type { Segment, Transcript } from './domain/transcript.ts';
import type { PartHolder } from './ports/store.ts';
import { carryCorrections } from './corrections/carry-corrections.ts';
import { correctEverywhere } from './corrections/correct-everywhere.ts';
import { correctEverywhereJob } from './corrections/correct-everywhere.job.ts';
import { decode, decodeKey, type DecodeDeps } from './decode/decode.ts';
import { diarizeJob } from './diarize/diarize.job.ts';
import { diarizeRecording, followWithDiarization, type DiarizeRecordingDeps } from './diarize/diarize-recording.ts';
import { exportLecture, type ExportLectureDeps } from './export/export-lecture.ts';
import { exportLectureJob } from './export/export-lecture.job.ts';
import { generate, type GenerateDeps } from './generate/generate.ts';
import { generateJob } from './generate/generate.job.ts';
import { addSource, type AddSourceDeps } from './add-source.ts';
import { ingestUpload, type IngestUploadDeps } from './ingest/ingest-upload.ts';
import { ingestUploadJob } from './ingest/ingest-upload.job.ts';
import { finishLive } from './live/finish-live.ts';
import { finishLiveJob, type FinishLivePayload } from './live/finish-live.job.ts';
import { indexSource, putPassages, type IndexSourceDeps } from './indexing/index-source.ts';
import { indexSourceJob } from './indexing/index-source.job.ts';
import { enqueueIn, newJob } from './jobs/enqueue.ts';
import { requestIn } from './jobs/request.ts';
import { readSource, type ReadSourceDeps } from './read/read-source.ts';
import { readSourceJob, type ReadSourcePayload } from './read/read-source.job.ts';
import { registerJob, type JobContext, type JobHandler, type RegisteredJob } from './jobs/job-kind.ts';
import type { Clock, Diarizer, Events, Log, MediaDecoder, Queue, Store, Transcriber } from './ports/index.ts';
import { chooseTranscriber, type SpeechEngines } from './transcribe/choose-transcriber.ts';
import { helpTranscribeJob, type HelpTranscribePayload } from './transcribe/help-transcribe.job.ts';
import { callHelpers, dismissHelpers } from './transcribe/helpers.ts';
import { helpTranscribe, transcribe, type TranscribeDeps, type TranscribeInput } from './transcribe/transcribe.ts';
import { vocabularyFor } from './transcribe/course-vocabulary.ts';
import { transcribeJob, type TranscribePayload } from './transcribe/transcribe.job.ts';
import { awaitModel } from './models/await-model.ts';
import { pullModelJob } from './models/pull-model.job.ts';
import { pullModel, type PullModelDeps } from './models/pull-model.ts';
import { noModels, type SpeechModels } from './models/speech-models.ts';
import { runUpkeep, type UpkeepDeps } from './upkeep/run-upkeep.ts';
import { upkeepJob } from './upkeep/upkeep.job.ts';

/**
 * The steps in their order, and the only place that knows it:
 *
 *   ingest        an upload becomes a lecture with a recording           (at the request, no job; of one that
 *                                                                         came in pieces, job `ingest-upload`)
 *   live          sound that was recorded live becomes a recording        job `finish-live`, then `transcribe`
 *   models        a model that is not here is fetched                      job `pull-model`; `transcribe` waits for it
 *   decode        sound becomes chunks of speech                         \
 *   transcribe    chunks become words, words become a transcript          |  job `transcribe`
 *                 (on several machines, jobs `transcribe-help` do chunks of a long one beside it)
 *   indexing      passages are found by words                            /
 *                 ... and by meaning                                        job `index`, follows by itself
 *   diarize       who speaks when is laid over the transcript                job `diarize`, follows by itself
 *   read          documents, web pages and captions become text             job `read`, then `index`
 *   generate      notes, cards and questions                                job `generate`
 *   ask           a question is answered from what was found             (at the request, no job)
 *   export        files to take away                                        job `export`
 *
 * Each step stores its output; a later one that fails never costs an earlier one's result.
 */
export function pipeline(deps: PipelineDeps, settings: PipelineSettings): readonly RegisteredJob[] {
  return [
    registerJob(ingestUploadJob, async (payload, context) => {
      const result = await ingestUpload(uploadDeps(deps), payload, context);
      return async () => ({ result });
    }),
    registerJob(finishLiveJob, finishLiveRecording(deps)),
    registerJob(transcribeJob, transcribeRecording(deps, settings)),
    registerJob(diarizeJob, async (payload, context) => {
      const { scope, signal } = context;
      const source = await findRecording(deps.store, scope, payload.sourceId);
      const cuts = { scope, source, chunkMs: settings.chunkMs, maxDurationMs: settings.maxDurationMs };
      const sound = { source, audio: () => decode(deps, cuts, signal), audioKey: decodeKey(deps, cuts) };
      const makeSearchable = askForIndex(deps.clock);
      return diarizeRecording({ ...deps, diarizers: deps.diarizers ?? [], makeSearchable }, sound, payload, context);
    }),
    registerJob(helpTranscribeJob, helpWithRecording(deps, settings)),
    registerJob(readSourceJob, readDocument(deps)),
    registerJob(indexSourceJob, async (payload, context) => {
      const result = await indexSource(deps, { scope: context.scope, ...payload, onProgress: context.report }, context.signal);
      return async () => ({ result });
    }),
    registerJob(generateJob, (payload, context) =>
      generate(deps, { scope: context.scope, ...payload, onProgress: context.report }, context.signal),
    ),
    registerJob(exportLectureJob, (payload, context) =>
      exportLecture(deps, { scope: context.scope, ...payload, onProgress: context.report }, context.signal),
    ),
    registerJob(correctEverywhereJob, async (payload, context) => {
      const onProgress = (message: string): void => context.report(0, message);
      const result = await correctEverywhere(deps, { scope: context.scope, ...payload, onProgress }, context.signal);
      return async () => ({ result: { ...result } });
    }),
    registerJob(pullModelJob, (payload, context) => pullModel(modelDeps(deps), payload, context)),
    registerJob(upkeepJob, async (_payload, context) => {
      const result = await runUpkeep(deps, context.signal);
      return async () => ({ result });
    }),
  ];
}

export type PipelineDeps = DecodeDeps &
  ReadSourceDeps &
  AddSourceDeps &
  Omit<TranscribeDeps, 'transcriber'> &
  IndexSourceDeps &
  GenerateDeps &
  ExportLectureDeps &
  UpkeepDeps &
  Omit<IngestUploadDeps, 'addSource'> & {
    readonly store: Store;
    readonly decoder: MediaDecoder;
    readonly transcribers: readonly Transcriber[];
    /** What tells speakers apart, best first; none where left out. */
    readonly diarizers?: readonly Diarizer[];
    /** Models that engines load; none where left out. */
    readonly speechModels?: SpeechModels;
    readonly log: Log;
    readonly queue: Queue;
    readonly events: Events;
    readonly clock: Clock;
  };

export interface PipelineSettings {
  readonly chunkMs: number;
  readonly maxDurationMs: number;
  /** How many other workers may help with one long recording; 0 on a single machine. */
  readonly helpers: number;
}

function uploadDeps(deps: PipelineDeps): IngestUploadDeps {
  return { ...deps, addSource: (input, signal) => addSource(deps, input, signal) };
}

/** Live sound that has ended is taken in like an upload and transcribed like any recording, whatever was heard meanwhile. */
function finishLiveRecording(deps: PipelineDeps): JobHandler<FinishLivePayload> {
  return async (payload, context) => {
    const takeIn = (uploadId: string) => ingestUpload(uploadDeps(deps), { uploadId }, context);
    const { live, lectureId, sourceId } = await finishLive({ ...deps, takeIn }, payload, context);
    return async (tx) => {
      const now = deps.clock.now();
      await tx.live.settle(context.scope, live.id, { status: 'finished', sourceId }, now);
      const wish = { sourceId, model: null, language: live.language, task: 'transcribe' } as const;
      const target = { lectureId, sourceId, parentJobId: context.job.id, message: 'Waiting for a free worker.' };
      const { job, isNew } = await requestIn(tx, context.scope, transcribeJob, { ...target, payload: wish, now });
      return { result: { liveId: live.id, lectureId, sourceId, transcribeJobId: job.id }, followUps: isNew ? [job] : [] };
    };
  };
}

function transcribeRecording(deps: PipelineDeps, settings: PipelineSettings): JobHandler<TranscribePayload> {
  return async (payload, context) => {
    const { scope, signal } = context;
    const source = await findRecording(deps.store, scope, payload.sourceId);
    const choice = await chooseTranscriber(enginesOf(deps), payload);
    if ('missing' in choice) return awaitModel(modelDeps(deps), scope, context.job, choice.missing);
    context.report(0, 'Reading the recording.');
    const facts = await deps.blobs.withFile(scope, source.blobKey, (path) => deps.decoder.probe(path, signal));
    const { durationMs } = facts;
    const commit = await transcribe(
      { ...deps, transcriber: choice.transcriber },
      {
        ...(await inputOf(deps, settings, source, { ...payload, model: choice.model }, context)),
        holder: settings.helpers > 0 ? holderOf(context) : null,
        onBegin: (outputKey) =>
          callHelpers(deps, {
            scope,
            parent: context.job,
            source,
            durationMs,
            most: settings.helpers,
            payload: { ...payload, outputKey },
          }),
        onChunk: async ({ endMs, segments }) => {
          context.report(
            fractionOf(endMs, durationMs),
            `Transcribed up to ${clockTime(endMs)}${durationMs ? ` of ${clockTime(durationMs)}` : ''}.`,
          );
          if (segments.length > 0) await context.publishPartial(textOf(segments));
        },
      },
      signal,
    ).finally(() => dismiss(deps, settings, context));
    // From here on the transcript is safe, whatever the index does.
    const { transcript, ...corrections } = await context.checkpoint(async (tx) => {
      const before = await tx.transcripts.latest(scope, source.id);
      return carryCorrections(tx, scope, before, await commit(tx));
    });
    await makeSearchable(deps, context, transcript);
    return async (tx) => {
      const request = {
        payload: { sourceId: source.id, textVersion: transcript.version },
        lectureId: source.lectureId,
        sourceId: source.id,
        parentJobId: context.job.id,
        message: 'Waiting to make the text searchable by meaning.',
      };
      const index = await enqueueIn(tx, scope, newJob(indexSourceJob, deps.clock.now(), request));
      const speakers = await followWithDiarization({ ...deps, diarizers: deps.diarizers ?? [] }, tx, scope, context.job, source);
      return { result: { ...describe(transcript), corrections }, followUps: [index, ...speakers] };
    };
  };
}

function askForIndex(clock: Clock): DiarizeRecordingDeps['makeSearchable'] {
  return async (tx, scope, parent, { sourceId, lectureId, version }) => {
    const target = { lectureId, sourceId, parentJobId: parent.id, message: 'Waiting to make the speakers searchable.' };
    const wanted = { ...target, payload: { sourceId, textVersion: version }, now: clock.now() };
    const { job, isNew } = await requestIn(tx, scope, indexSourceJob, wanted);
    return isNew ? [job] : [];
  };
}

function readDocument(deps: PipelineDeps): JobHandler<ReadSourcePayload> {
  return async (payload, context) => {
    const commit = await readSource(deps, { scope: context.scope, ...payload, onProgress: context.report }, context.signal);
    return async (tx) => {
      const result = await commit(tx);
      const { sourceId, lectureId, textVersion } = result;
      const target = { lectureId, sourceId, parentJobId: context.job.id, message: 'Waiting to make the text searchable.' };
      const wanted = { ...target, payload: { sourceId, textVersion }, now: deps.clock.now() };
      const { job, isNew } = await requestIn(tx, context.scope, indexSourceJob, wanted);
      return { result, followUps: isNew ? [job] : [] };
    };
  };
}

function helpWithRecording(deps: PipelineDeps, settings: PipelineSettings): JobHandler<HelpTranscribePayload> {
  return async (payload, context) => {
    const { scope, signal, job } = context;
    const source = await findRecording(deps.store, scope, payload.sourceId);
    const choice = await chooseTranscriber(enginesOf(deps), payload);
    if ('missing' in choice) return async () => ({ result: { chunks: 0 } }); // the others have it
    context.report(0, 'Helping with a long recording.');
    const chunks = await helpTranscribe(
      { ...deps, transcriber: choice.transcriber },
      {
        ...(await inputOf(deps, settings, source, { ...payload, model: choice.model }, context)),
        outputKey: payload.outputKey,
        holder: holderOf(context),
        onChunk: async ({ segments }) => {
          // Readers follow the job that is helped.
          if (segments.length === 0 || job.parentJobId === null) return;
          const event = { jobId: job.parentJobId, at: deps.clock.now(), type: 'partial' as const };
          await deps.events.publish(scope, { ...event, data: { segments: textOf(segments) } });
        },
      },
      signal,
    );
    return async () => ({ result: { chunks } });
  };
}

/** What transcribing and helping have in common: the same sound, cut the same way, under the same name. */
async function inputOf(
  deps: PipelineDeps,
  settings: PipelineSettings,
  source: Source,
  { model, language, task }: TranscribePayload,
  { scope, signal, job }: JobContext,
): Promise<Pick<TranscribeInput, 'scope' | 'source' | 'options' | 'audio' | 'audioKey'>> {
  const input = { scope, source, chunkMs: settings.chunkMs, maxDurationMs: settings.maxDurationMs };
  const transcribeJobId = job.kind === transcribeJob.kind ? job.id : (job.parentJobId ?? job.id);
  const vocabulary = await vocabularyFor(deps.store, scope, { source, jobId: transcribeJobId });
  const options = { model, language, task, vocabulary };
  return { scope, source, options, audio: () => decode(deps, input, signal), audioKey: decodeKey(deps, input) };
}

function enginesOf({ transcribers, speechModels = noModels }: PipelineDeps): SpeechEngines {
  return { transcribers, ...speechModels };
}

function modelDeps(deps: PipelineDeps): PullModelDeps & Pick<PipelineDeps, 'queue'> {
  return { ...deps, ...(deps.speechModels ?? noModels) };
}

function holderOf({ job }: JobContext): PartHolder {
  if (!job.lease) throw new Error('A job in work has a lease.');
  return { jobId: job.id, token: job.lease.token };
}

async function dismiss(deps: PipelineDeps, settings: PipelineSettings, { scope, job }: JobContext): Promise<void> {
  if (settings.helpers === 0) return;
  await dismissHelpers(deps, scope, job.id).catch((error: unknown) => {
    deps.log.warn('application', 'helpers.not-dismissed', { jobId: job.id, cause: String(error) });
  });
}

function textOf(segments: readonly Segment[]): { startMs: number; endMs: number; text: string }[] {
  return segments.map(({ startMs, endMs, text }) => ({ startMs, endMs, text }));
}

function describe({ sourceId, version, engine, model, language, task, durationMs }: Transcript): Record<string, unknown> {
  return { sourceId, version, engine, model, language, task, durationMs };
}

/** The new text is found by words as soon as the job has ended; if that fails, the `index` job does it again. */
async function makeSearchable(
  deps: PipelineDeps,
  context: JobContext,
  transcript: { sourceId: string; version: number },
): Promise<void> {
  context.report(0.99, 'Making the text searchable.');
  try {
    await putPassages(
      deps,
      { scope: context.scope, sourceId: transcript.sourceId, textVersion: transcript.version },
      context.signal,
    );
  } catch (error) {
    context.signal.throwIfAborted();
    deps.log.warn('application', 'index.postponed', { jobId: context.job.id, cause: String(error) });
  }
}

async function findRecording(store: Pick<Store, 'sources'>, scope: Scope, sourceId: string): Promise<Source> {
  const source = await store.sources.find(scope, sourceId);
  if (source) return source;
  throw new AppError('source_not_found', 'The recording was deleted. Restore it from the trash, then transcribe it again.');
}

/** Never quite 1: the job is done when its result is stored. What a file claims of its length may be wrong. */
function fractionOf(endMs: number, durationMs: number | null): number {
  return durationMs === null ? 0 : Math.min(0.98, endMs / durationMs);
}

/** 3_725_000 -> `1:02:05` */
function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
