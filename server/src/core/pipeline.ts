import type { Source } from './domain/library.ts';
import { AppError } from './domain/app-error.ts';
import type { Scope } from './domain/scope.ts';
import type { Transcript } from './domain/transcript.ts';
import { decode, decodeKey, type DecodeDeps } from './decode/decode.ts';
import { exportLecture, type ExportLectureDeps } from './export/export-lecture.ts';
import { exportLectureJob } from './export/export-lecture.job.ts';
import { generate, type GenerateDeps } from './generate/generate.ts';
import { generateJob } from './generate/generate.job.ts';
import { indexSource, putPassages, type IndexSourceDeps } from './indexing/index-source.ts';
import { indexSourceJob } from './indexing/index-source.job.ts';
import { enqueueIn, newJob } from './jobs/enqueue.ts';
import { registerJob, type JobContext, type JobHandler, type RegisteredJob } from './jobs/job-kind.ts';
import type { Log, MediaDecoder, Store, Transcriber } from './ports/index.ts';
import { chooseTranscriber } from './transcribe/choose-transcriber.ts';
import { transcribe, type TranscribeDeps } from './transcribe/transcribe.ts';
import { transcribeJob, type TranscribePayload } from './transcribe/transcribe.job.ts';
import { runUpkeep, type UpkeepDeps } from './upkeep/run-upkeep.ts';
import { upkeepJob } from './upkeep/upkeep.job.ts';

/**
 * The steps in their order, and the only place that knows it:
 *
 *   ingest        an upload becomes a lecture with a recording           (at the request, no job)
 *   decode        sound becomes chunks of speech                         \
 *   transcribe    chunks become words, words become a transcript          |  job `transcribe`
 *   indexing      passages are found by words                            /
 *                 ... and by meaning                                        job `index`, follows by itself
 *   generate      notes, cards and questions                                job `generate`
 *   ask           a question is answered from what was found             (at the request, no job)
 *   export        files to take away                                        job `export`
 *
 * Each step stores its output; a later one that fails never costs an earlier one's result.
 */
export function pipeline(deps: PipelineDeps, settings: PipelineSettings): readonly RegisteredJob[] {
  return [
    registerJob(transcribeJob, transcribeRecording(deps, settings)),
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
    registerJob(upkeepJob, async (_payload, context) => {
      const result = await runUpkeep(deps, context.signal);
      return async () => ({ result });
    }),
  ];
}

export type PipelineDeps = DecodeDeps &
  Omit<TranscribeDeps, 'transcriber'> &
  IndexSourceDeps &
  GenerateDeps &
  ExportLectureDeps &
  UpkeepDeps & {
    readonly store: Store;
    readonly decoder: MediaDecoder;
    readonly transcribers: readonly Transcriber[];
    readonly log: Log;
  };

export interface PipelineSettings {
  readonly chunkMs: number;
  readonly maxDurationMs: number;
}

function transcribeRecording(deps: PipelineDeps, settings: PipelineSettings): JobHandler<TranscribePayload> {
  return async (payload, context) => {
    const { scope, signal } = context;
    const source = await findRecording(deps.store, scope, payload.sourceId);
    context.report(0, 'Reading the recording.');
    const facts = await deps.blobs.withFile(scope, source.blobKey, (path) => deps.decoder.probe(path, signal));
    const decodeInput = { scope, source, ...settings };
    const commit = await transcribe(
      { ...deps, transcriber: await chooseTranscriber(deps.transcribers) },
      {
        scope,
        source,
        model: payload.model,
        language: payload.language,
        audio: decode(deps, decodeInput, signal),
        audioKey: decodeKey(deps, decodeInput),
        onChunk: async ({ endMs, segments }) => {
          context.report(
            fractionOf(endMs, facts.durationMs),
            `Transcribed up to ${clockTime(endMs)}${facts.durationMs ? ` of ${clockTime(facts.durationMs)}` : ''}.`,
          );
          if (segments.length > 0)
            await context.publishPartial(segments.map(({ startMs, endMs: end, text }) => ({ startMs, endMs: end, text })));
        },
      },
      signal,
    );
    // From here on the transcript is safe, whatever the index does.
    const transcript = await context.checkpoint(commit);
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
      return { result: describe(transcript), followUps: [index] };
    };
  };
}

function describe({ sourceId, version, engine, model, language, durationMs }: Transcript): Record<string, unknown> {
  return { sourceId, version, engine, model, language, durationMs };
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
