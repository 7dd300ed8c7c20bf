import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { jobEventSchemas, transcriptSchema, type ExportType, type Transcript } from '@scholium/contract';
import { compose, type Composition } from '@scholium/server/compose.ts';
import { embeddedIn, loadConfig, withEngine } from '@scholium/server/config.ts';
import { isFinished, type Job } from '@scholium/server/core/domain/job.ts';
import type { Source } from '@scholium/server/core/domain/library.ts';
import { DEFAULT_PRESET } from '@scholium/server/core/domain/preset.ts';
import { LOCAL_OWNER, ownerScope } from '@scholium/server/core/domain/scope.ts';
import type { Embedder } from '@scholium/server/core/ports/index.ts';
import { CliError } from '../cli-error.ts';

export interface TranscribeRequest {
  readonly file: string;
  readonly model: string | null;
  readonly language: string | null;
  readonly task: 'transcribe' | 'translate';
  readonly onProgress: (fraction: number, message: string) => void;
  readonly onText: (text: string) => void;
}

/** The whole product in this process, on a folder of its own that is gone afterwards. */
export interface LocalPipeline {
  /** @throws AppError, CliError with the sentence to tell */
  transcribe(request: TranscribeRequest, signal: AbortSignal): Promise<LocalTranscript>;
  /** Stops all work at once and removes everything. */
  close(): Promise<void>;
}

export interface LocalTranscript {
  readonly transcript: Transcript;
  /** The transcript as a file of this type. */
  render(type: ExportType): Promise<Uint8Array>;
}

const scope = ownerScope(LOCAL_OWNER) as Extract<ReturnType<typeof ownerScope>, { kind: 'owner' }>; // it makes no other kind
/** How the one who works on it all is called where nobody asks. */
const COURSE = 'files';

/** How long work that was cancelled may take to put its things away. */
const STOP_MS = 4000;

/** Nothing is searched here, so no text needs to be understood. An embedder without languages is never asked. */
const noEmbedder: Embedder = { id: 'none', dimensions: 1, languages: [], embed: async () => [], close: async () => {} };

/**
 * @param engine as `TRANSCRIPTION_ENGINE` names it; null takes what that says
 * @throws AppError `configuration_invalid`
 */
export async function openLocalPipeline({ engine }: { readonly engine: string | null }): Promise<LocalPipeline> {
  const config = withEngine(loadConfig(), engine);
  const folder = await mkdtemp(join(tmpdir(), 'scholium-transcribe-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const composition = await compose(embeddedIn(config, folder), { embedder: noEmbedder });
    const worker = composition.startWorker();
    return {
      transcribe: (request, signal) => transcribe(composition, request, signal),
      async close() {
        await worker.stop({ graceMs: STOP_MS });
        await composition.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function transcribe(composition: Composition, request: TranscribeRequest, signal: AbortSignal): Promise<LocalTranscript> {
  const { api, ports } = composition;
  const source = await bringIn(composition, request.file, signal);
  const { lectureId } = source;
  try {
    const job = await api.requestTranscription({
      scope,
      lectureId,
      sourceId: source.id,
      model: request.model,
      language: request.language,
      task: request.task,
    });
    await follow(composition, job, request, signal);
    const transcript = await ports.store.transcripts.latest(scope, source.id);
    if (!transcript) throw new CliError('failed', 'internal', 'The transcript was made but cannot be found.');
    return {
      transcript: transcriptSchema.parse(transcript), // leaves out what is ours alone
      render: (type) => render(composition, lectureId, type, signal),
    };
  } finally {
    // Many large files must not pile up.
    await ports.blobs.remove(scope, source.blobKey);
  }
}

async function bringIn(composition: Composition, file: string, signal: AbortSignal): Promise<Source> {
  const key = `incoming/${randomUUID()}`;
  const stored = await composition.ports.blobs.put(scope, key, createReadStream(file), { signal });
  const name = basename(file);
  const input = {
    scope,
    courseId: COURSE,
    lectureId: null,
    presetId: DEFAULT_PRESET,
    title: null,
    fileName: name,
    incoming: { key, ...stored },
  };
  return (await composition.api.ingest(input, signal)).source;
}

async function render(composition: Composition, lectureId: string, type: ExportType, signal: AbortSignal): Promise<Uint8Array> {
  const { api, ports } = composition;
  const job = await api.requestExport({ scope, lectureId, types: [type] });
  await follow(composition, job, { onProgress: () => {}, onText: () => {} }, signal);
  const stored = await ports.store.exports.find(scope, lectureId, type);
  if (!stored) throw new CliError('failed', 'internal', 'The file was made but cannot be found.');
  return buffer(await ports.blobs.read(scope, stored.blobKey));
}

/** Shows a job's events until it has ended. @throws CliError with the job's own sentence when it failed */
async function follow(
  composition: Composition,
  job: Job,
  show: Pick<TranscribeRequest, 'onProgress' | 'onText'>,
  signal: AbortSignal,
): Promise<void> {
  const { events, store } = composition.ports;
  let woken = Promise.withResolvers<void>();
  const wake = (): void => woken.resolve();
  const unsubscribe = events.subscribe(job.id, wake);
  signal.addEventListener('abort', wake, { once: true });
  try {
    for (let seq = 0; ;) {
      if (signal.aborted) return await cancel(composition, job.id, signal);
      const next = await events.after(scope, job.id, seq, 100);
      for (const event of next) {
        seq = event.seq;
        showEvent(event, show);
      }
      if (next.length > 0) continue;
      const now = await store.jobs.find(scope, job.id);
      if (now && isFinished(now.status)) return requireSuccess(now);
      await woken.promise;
      woken = Promise.withResolvers<void>();
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', wake);
  }
}

/** The engine's processes end and its files go. Throws the signal's reason. */
async function cancel({ api }: Composition, jobId: string, signal: AbortSignal): Promise<void> {
  await api.cancelJob({ scope, jobId }).catch(() => {}); // it has ended by itself: all the better
  signal.throwIfAborted();
}

function showEvent(event: { type: string; data: unknown }, show: Pick<TranscribeRequest, 'onProgress' | 'onText'>): void {
  if (event.type === 'progress') {
    const { progress, message } = jobEventSchemas.progress.parse(event.data);
    show.onProgress(progress, message);
  }
  if (event.type === 'partial') for (const { text } of jobEventSchemas.partial.parse(event.data).segments) show.onText(text);
}

function requireSuccess(job: Job): void {
  if (job.status === 'succeeded') return;
  throw new CliError('failed', job.error?.code ?? 'internal', job.error?.detail ?? `The work ended as ${job.status}.`);
}
