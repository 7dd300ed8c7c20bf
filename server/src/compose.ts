import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from './config.ts';
import { openSpeechModels, openDiarizers, openTranscribers } from './compose-speech.ts';
import { openAccounts } from './compose-accounts.ts';
import { bindAccounts } from './core/accounts/bind-accounts.ts';
import { ask } from './core/ask/ask.ts';
import { importTranscript } from './core/imports/import-transcript.ts';
import { bindCorrections } from './core/corrections/bind-corrections.ts';
import { bindThreads } from './core/ask/bind-threads.ts';
import { createRemembered } from './core/ask/remembered.ts';
import { search } from './core/ask/search.ts';
import { suggest } from './core/ask/suggest.ts';
import { requestExport } from './core/export/request-export.ts';
import { requestGeneration } from './core/generate/request-generation.ts';
import { requestMissingVectors } from './core/indexing/request-missing-vectors.ts';
import { requestReindex } from './core/indexing/request-reindex.ts';
import { bindUploads } from './core/ingest/bind-uploads.ts';
import { addSource } from './core/add-source.ts';
import { ingest } from './core/ingest/ingest.ts';
import { bindLive } from './core/live/bind-live.ts';
import { scheduleLiveClosing } from './core/live/close-silent.ts';
import { liveSettings, openLiveTranscribers } from './compose-live.ts';
import { cancelJob } from './core/jobs/cancel-job.ts';
import { DEFAULT_BACKOFF } from './core/jobs/backoff.ts';
import { runInlineWhileAway } from './core/jobs/run-inline.ts';
import { startRunner, type Runner } from './core/jobs/run-jobs.ts';
import { restoreCourse, restoreLecture, trashCourse, trashLecture, trashSource } from './core/library/trash.ts';
import { bindModels } from './core/models/bind-models.ts';
import type { SpeechModels } from './core/models/speech-models.ts';
import { announceSlots } from './core/operations/worker-slots.ts';
import { bindOperators } from './core/operations/bind-operators.ts';
import { pipeline } from './core/pipeline.ts';
import { diarizeJob } from './core/diarize/diarize.job.ts';
import { bindSpeakers } from './core/speakers/bind-speakers.ts';
import { bindSettings } from './core/settings/bind-settings.ts';
import { whileOn } from './core/settings/switches.ts';
import { createUsageRecorder, type UsageRecorder } from './core/settings/usage-recorder.ts';
import { addWebPage } from './core/read/add-document.ts';
import type {
  Accounts,
  Blobs,
  Clock,
  Diarizer,
  DocumentReader,
  Embedder,
  Events,
  ExportRenderers,
  LeaseGuard,
  LiveDecoder,
  LiveTranscriber,
  Log,
  MediaDecoder,
  Queue,
  RateLimiter,
  SearchIndex,
  Store,
  Transcriber,
  VectorSource,
  VoiceActivityDetector,
  WebFetcher,
  Writer,
} from './core/ports/index.ts';
import { helpTranscribeJob } from './core/transcribe/help-transcribe.job.ts';
import { transcribeJob } from './core/transcribe/transcribe.job.ts';
import { requestTranscription } from './core/transcribe/request-transcription.ts';
import { createModelWriter } from './core/writing/model-writer.ts';
import { createHealthCheck, createReadinessCheck } from './core/upkeep/check-health.ts';
import { restoreRecording } from './core/upkeep/restore-recording.ts';
import { scheduleUpkeep } from './core/upkeep/schedule-upkeep.ts';
import type { PoolFigures } from './adapters/prometheus/pool-series.ts';
import type { ApiDeps, ApiMetrics } from './faces/api/api-deps.ts';
import type { Metrics } from './core/ports/metrics.ts';
import { VERSION } from './version.ts';

/** Every port with what stands behind it in this process. */
export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics & ApiMetrics;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly queue: Queue;
  readonly events: Events;
  /** Null where the store is not one that a thread can open. */
  readonly leaseGuard: LeaseGuard | null;
  readonly accounts: Accounts;
  readonly limiter: RateLimiter;
  readonly searchIndex: SearchIndex;
  readonly embedder: Embedder | null;
  readonly writer: Writer;
  readonly decoder: MediaDecoder;
  readonly liveDecoder: LiveDecoder;
  /** Engines for live text, best first; none in a process that hears nothing. */
  readonly liveTranscribers: readonly LiveTranscriber[];
  readonly exportRenderers: ExportRenderers;
  readonly documentReader: DocumentReader;
  readonly webFetcher: WebFetcher;
  readonly voiceActivity: VoiceActivityDetector;
  /** Speech engines, best first. */
  readonly transcribers: readonly Transcriber[];
  /** What tells speakers apart, best first; none when that is off. */
  readonly diarizers: readonly Diarizer[];
  /** What they can load; `shelf.locate` says where a model lies. */
  readonly speechModels: SpeechModels;
}

/** Scholium put together: what faces call, and what they start. */
export interface Composition {
  readonly ports: Ports;
  readonly api: ApiDeps;
  /** Takes jobs and keeps house until the runner is stopped. */
  startWorker(): Runner;
  /** Takes jobs while the queue is away, when `QUEUE_FALLBACK` says so; null when it does not. */
  startFallback(): Runner | null;
  /** Readiness says no from now on; requests are still answered. */
  announceStop(): void;
  close(): Promise<void>;
}

/** A worker that is silent for so long has lost its job. Why 7 s: docs/decisions/0004-jobs.md. */
const LEASE_MS = 7_000;
/** For jobs that the API began itself, once workers can be reached again. */
const FALLBACK_GRACE_MS = 60_000;

/**
 * Puts the product together for a configuration: the only place that knows adapters, loaded when they are needed.
 * `overrides` stand in for ports (tests and benchmarks).
 *
 * @throws AppError `storage_unavailable`, `database_unavailable` with the cure
 */
export async function compose(config: Config, overrides: Partial<Ports> = {}): Promise<Composition> {
  const startedAt = Date.now();
  const stopping = new AbortController();
  const ports = await openPorts(config, overrides);
  const usage = createUsageRecorder(ports);
  const remembered = createRemembered({ ...ports, cache: ports.store.cache }, config.cacheTtlMs);
  const asking = { ...ports, usage, remembered };
  const speech = { transcribers: ports.transcribers, ...ports.speechModels };
  const api: ApiDeps = {
    ...ports,
    accountUseCases: bindAccounts(ports),
    settings: {
      version: VERSION,
      publicHosts: config.publicHosts,
      limits: config.limits,
      maxUploadBytes: config.audioMaxFileSizeBytes,
      maxResumableBytes: config.uploadMaxFileSizeBytes,
      signedDownloadSeconds: config.signedDownloadSeconds,
    },
    ingest: (input, signal) => ingest(ports, input, signal),
    addSource: (input, signal) => addSource(ports, input, signal),
    addWebPage: whileOn(ports, 'urlFetching', (input) => addWebPage(ports, input)),
    // Another machine may have other models: workers choose for themselves.
    requestTranscription: (input) => requestTranscription(config.role === 'api' ? ports : { ...ports, speech }, input),
    requestGeneration: whileOn(ports, 'generation', (input) => requestGeneration(ports, input)),
    requestExport: (input) => requestExport(ports, input),
    cancelJob: (input) => cancelJob(ports, input),
    search: (input, signal) => search(asking, input, signal),
    suggest: (input, signal) => suggest(ports, input, signal),
    ask: whileOn(ports, 'chat', (input, signal) => ask(asking, input, signal)),
    health: createHealthCheck(ports, { version: VERSION, startedAt }),
    readiness: createReadinessCheck(ports, { version: VERSION, startedAt, stopping: stopping.signal }),
    uploads: bindUploads(ports, { maxBytes: config.uploadMaxFileSizeBytes }),
    live: bindLive(ports, liveSettings(config)),
    trash: bindTrash(ports),
    corrections: bindCorrections(ports),
    speakers: bindSpeakers(ports),
    importTranscript: (input, signal) => importTranscript(ports, input, signal),
    speechModels: bindModels({ ...ports, ...speech }),
    threads: bindThreads(asking),
    settingUseCases: bindSettings(ports),
    operators: bindOperators(ports, config.retention),
  };
  return {
    ports,
    api,
    startWorker: () => startWorker(config, { ...ports, usage }),
    startFallback: () => startFallback(config, { ...ports, usage }),
    announceStop: () => stopping.abort(),
    async close() {
      await usage.settled();
      await closePorts(ports);
    },
  };
}

/** What is open keeps the process alive: when one part cannot be opened, those before it are closed again. */
async function openPorts(config: Config, overrides: Partial<Ports>): Promise<Ports> {
  const opened: Closable[] = [];
  const keep: Keep = (part) => {
    opened.push(part);
    return part;
  };
  try {
    return await openEach(config, overrides, keep);
  } catch (error) {
    // What brought the start down is told, not what came of closing.
    for (const part of opened.reverse()) await Promise.resolve(part.close?.()).catch(() => {});
    throw error;
  }
}

interface Closable {
  close?(): void | Promise<void>;
}

/** Remembers what was opened here; `overrides` belong to whoever gave them. */
type Keep = <Part extends Closable>(part: Part) => Part;

async function openEach(config: Config, overrides: Partial<Ports>, keep: Keep): Promise<Ports> {
  const { createLog } = await import('./adapters/pino/create-log.ts');
  const { prometheusMetrics } = await import('./adapters/prometheus/prometheus-metrics.ts');
  const { createDocumentReader } = await import('./adapters/documents/document-reader.ts');
  const { createFfmpegDecoder } = await import('./adapters/ffmpeg/ffmpeg-decoder.ts');
  const { createFfmpegLiveDecoder } = await import('./adapters/ffmpeg/ffmpeg-live-decoder.ts');
  const { createSherpaVad } = await import('./adapters/sherpa/sherpa-vad.ts');
  const { createAnkiRenderer } = await import('./adapters/anki/anki-renderer.ts');
  const { createDocxRenderer } = await import('./adapters/docx/docx-renderer.ts');
  const { createPdfRenderer } = await import('./adapters/pdfkit/pdf-renderer.ts');
  const { systemClock } = await import('./adapters/system/system-clock.ts');

  const log = overrides.log ?? createLog({ level: config.logLevel, folder: config.logDir });
  const clock = overrides.clock ?? systemClock;
  const blobs = overrides.blobs ?? keep(await openBlobs(config, log));
  const { store, queue, events, pools } = await openShared(config, log, overrides, keep);
  const limiter = overrides.limiter ?? keep(await openLimiter(config, { clock, log }));
  const onEmptied = (): void => void reindex({ store, queue, events, clock, log });
  const searchIndex = overrides.searchIndex ?? keep(await openSearchIndex(config, log, onEmptied));
  const embedder = overrides.embedder ?? keep(await openEmbedder(config, clock));
  const speechModels = overrides.speechModels ?? (await openSpeechModels(config, clock));
  const voiceActivity = overrides.voiceActivity ?? createSherpaVad();
  return {
    clock,
    log,
    metrics:
      overrides.metrics ??
      prometheusMetrics({
        version: VERSION,
        jobFigures: () => store.jobs.figures(clock.now()),
        dataDir: config.dataDir,
        ...(pools && { pools }),
      }),
    store,
    blobs,
    queue,
    events,
    limiter,
    accounts: overrides.accounts ?? (await openAccounts(config, { store, clock, log, limiter })),
    leaseGuard: overrides.leaseGuard ?? (overrides.store ? null : keep(await openLeaseGuard(config, log))),
    searchIndex,
    embedder,
    writer: overrides.writer ?? keep(await openWriter(config, clock, embedder)),
    decoder: overrides.decoder ?? createFfmpegDecoder({ ffmpeg: config.ffmpegPath, ffprobe: config.ffprobePath }),
    exportRenderers: overrides.exportRenderers ?? {
      pdf: createPdfRenderer(),
      docx: createDocxRenderer(),
      anki: createAnkiRenderer(),
    },
    documentReader: overrides.documentReader ?? createDocumentReader({ limits: { fileBytes: config.documentMaxFileSizeBytes } }),
    webFetcher: overrides.webFetcher ?? (await openWebFetcher(config)),
    voiceActivity,
    liveDecoder: overrides.liveDecoder ?? createFfmpegLiveDecoder({ ffmpeg: config.ffmpegPath }),
    liveTranscribers: overrides.liveTranscribers ?? (await openLiveTranscribers(config, { ...speechModels, voiceActivity, log })),
    transcribers: overrides.transcribers ?? (await openTranscribers(config, speechModels, log)),
    diarizers: overrides.diarizers ?? (await openDiarizers(config, speechModels)),
    speechModels,
  };
}

/** What texts are compared with: the model of a provider, or the one that comes with Scholium. */
async function openEmbedder({ embeddings }: Config, clock: Clock): Promise<Embedder> {
  if (embeddings === null) {
    const { createEnergeticEmbedder } = await import('./adapters/energetic-ai/energetic-embedder.ts');
    return createEnergeticEmbedder();
  }
  const { createProviderEmbedder } = await import('./adapters/ai-sdk/provider-embedder.ts');
  return createProviderEmbedder(embeddings, { clock });
}

/** A language model where one is set; the extractive engine, which needs none, beside it or alone. */
async function openWriter(config: Config, clock: Clock, embedder: Embedder): Promise<Writer> {
  const { createExtractiveWriter } = await import('./adapters/extractive/extractive-writer.ts');
  const extractive = createExtractiveWriter({ embedder });
  if (config.languageModel === null) return extractive;
  const { createLanguageModel } = await import('./adapters/ai-sdk/language-model.ts');
  const model = createLanguageModel(config.languageModel, { clock });
  return createModelWriter(model, config.languageModelFallback === 'extractive' ? extractive : null);
}

/** Its HTTP client takes 15 MB: it is loaded with the first page. What it may reach is checked now. */
async function openWebFetcher({ fetchAllowPrivate: allowPrivate }: Config): Promise<WebFetcher> {
  const { allowList } = await import('./adapters/safe-fetch/allow-list.ts');
  allowList(allowPrivate);
  let opened: Promise<WebFetcher> | null = null;
  const open = async (): Promise<WebFetcher> => {
    const { createSafeWebFetcher } = await import('./adapters/safe-fetch/safe-web-fetcher.ts');
    return createSafeWebFetcher({ allowPrivate });
  };
  return {
    fetch: async (request, signal) => (await (opened ??= open())).fetch(request, signal),
    close: async () => (await opened)?.close(),
  };
}

/** Where files lie. */
async function openBlobs({ storage, dataDir }: Config, log: Log): Promise<Blobs> {
  switch (storage.mode) {
    case 'local': {
      const { openDiskBlobs } = await import('./adapters/disk/disk-blobs.ts');
      return openDiskBlobs({ dataDir });
    }
    case 's3': {
      const { openS3Blobs } = await import('./adapters/s3/s3-blobs.ts');
      return openS3Blobs({ ...storage, temporaryDir: dataDir, log });
    }
    case 'gcs': {
      const { openGcsBlobs } = await import('./adapters/gcs/gcs-blobs.ts');
      return openGcsBlobs({ ...storage, apiEndpoint: null, temporaryDir: dataDir, log });
    }
  }
}

async function openSearchIndex(config: Config, log: Log, onEmptied: () => void): Promise<SearchIndex> {
  const index = await openTextIndex(config, log, onEmptied);
  if (config.milvus === null) return index;
  const { createMilvusSearchIndex } = await import('./adapters/milvus/milvus-search-index.ts');
  return createMilvusSearchIndex({ ...config.milvus, index, log });
}

async function openTextIndex(config: Config, log: Log, onEmptied: () => void): Promise<SearchIndex & VectorSource> {
  if (config.postgresUrl !== null) {
    const { createPostgresSearchIndex } = await import('./adapters/postgres-search/postgres-search-index.ts');
    return createPostgresSearchIndex({ database: { url: config.postgresUrl }, log, onEmptied });
  }
  const { createSqliteSearchIndex } = await import('./adapters/sqlite-search/sqlite-search-index.ts');
  return createSqliteSearchIndex({ dataDir: config.dataDir, log, onEmptied });
}

type Shared = Pick<Ports, 'store' | 'queue' | 'events'> & {
  /** How busy the connections to the database are; none embedded. */
  readonly pools?: () => readonly PoolFigures[];
};

/** The store, and how processes tell each other that there is something to do or to read: through Redis where it is set. */
async function openShared(config: Config, log: Log, overrides: Partial<Ports>, keep: Keep): Promise<Shared> {
  const database = await openDatabase(config, log, overrides);
  if (!overrides.store) keep(database.store);
  if (config.redis === null) return database;
  const { openBullmqQueue } = await import('./adapters/bullmq/bullmq-queue.ts');
  const { redisEvents } = await import('./adapters/redis/redis-events.ts');
  const { store, pools } = database;
  const speechKinds = [transcribeJob, helpTranscribeJob, diarizeJob].map(({ kind }) => kind);
  const events = keep(await redisEvents({ ...config.redis, store, log }));
  const queue = keep(await openBullmqQueue({ ...config.redis, speechKinds, log }));
  const close = async (): Promise<void> => {
    await queue.close();
    await events.close();
  };
  return { store, queue: overrides.queue ?? { ...queue, close }, events: overrides.events ?? events, ...(pools && { pools }) };
}

/** Counts for all processes together where there is Redis. Nothing is counted where there is no limit. */
async function openLimiter(config: Config, { clock, log }: { clock: Clock; log: Log }): Promise<Ports['limiter']> {
  const { inProcessRateLimiter } = await import('./adapters/in-process/in-process-rate-limiter.ts');
  const here = inProcessRateLimiter(clock);
  if (config.redis === null || config.role === 'worker') return here;
  const { redisRateLimiter } = await import('./adapters/redis/redis-rate-limiter.ts');
  return redisRateLimiter({ ...config.redis, log, fallback: here });
}

async function openLeaseGuard({ postgresUrl, databasePath }: Config, log: Log): Promise<LeaseGuard> {
  const { createLeaseGuard } = await import('./adapters/worker-thread/lease-guard.ts');
  return createLeaseGuard({ database: postgresUrl === null ? { sqlitePath: databasePath } : { postgresUrl }, log });
}

async function openDatabase(config: Config, log: Log, overrides: Partial<Ports>): Promise<Shared> {
  if (config.postgresUrl !== null && !overrides.store) {
    const { openPostgres } = await import('./adapters/postgres/open-postgres.ts');
    const size = config.databasePoolSize;
    const { store, queue, events, pool } = await openPostgres({ url: config.postgresUrl, poolSize: size, log });
    const pools = () => [{ pool: 'store', size, open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }];
    return { store, queue: overrides.queue ?? queue, events: overrides.events ?? events, pools };
  }
  const { openSqliteStore } = await import('./adapters/sqlite/open-sqlite-store.ts');
  const { inProcessQueue } = await import('./adapters/in-process/in-process-queue.ts');
  const { storeEvents } = await import('./adapters/in-process/store-events.ts');
  const store = overrides.store ?? (await openSqliteStore({ path: config.databasePath, log }));
  return { store, queue: overrides.queue ?? inProcessQueue(), events: overrides.events ?? storeEvents(store) };
}

async function reindex(deps: Pick<Ports, 'store' | 'queue' | 'events' | 'clock' | 'log'>): Promise<void> {
  try {
    const jobs = await requestReindex(deps, transcribeJob.kind);
    if (jobs > 0) deps.log.info('application', 'search.reindex-requested', { jobs });
  } catch (error) {
    deps.log.error('error', 'search.reindex-failed', { cause: String(error) });
  }
}

/** Makes what a changed model for embeddings has not seen searchable by meaning again, job by job. */
async function askForMissingVectors({ embedder, ...ports }: Ports, signal: AbortSignal): Promise<void> {
  if (!embedder) return;
  try {
    const texts = await requestMissingVectors({ ...ports, embedder }, signal);
    if (texts > 0) ports.log.info('application', 'search.vectors-requested', { texts });
  } catch (error) {
    if (!signal.aborted) ports.log.error('error', 'search.vectors-not-requested', { cause: String(error) });
  }
}

type WorkerPorts = Ports & { readonly usage: UsageRecorder };

/** The API runs jobs while Redis is away, when it is told to. */
function startFallback(config: Config, ports: WorkerPorts): Runner | null {
  if (config.redis === null || config.queueFallback === 'none') return null;
  return runInlineWhileAway(ports, { start: () => startJobs(config, ports, 'inline'), graceMs: FALLBACK_GRACE_MS });
}

function startWorker(config: Config, ports: WorkerPorts): Runner {
  const runner = startJobs(config, ports, 'worker');
  const stopUpkeep = scheduleUpkeep(ports);
  const stopClosing = scheduleLiveClosing(ports, liveSettings(config));
  const stopping = new AbortController();
  const asking = askForMissingVectors(ports, stopping.signal);
  return {
    running: () => runner.running(),
    async stop(options) {
      stopping.abort();
      await asking;
      await stopUpkeep();
      await stopClosing();
      await runner.stop(options);
    },
  };
}

function startJobs(config: Config, ports: WorkerPorts, executedBy: 'worker' | 'inline'): Runner {
  const retention = config.retention.enabled ? config.retention : null;
  // Where the web app is reached is not configured yet: times lead to places in the document itself.
  const deps = { ...ports, keepJobsDays: config.keepJobsDays, retention, publicUrl: config.publicUrl };
  const jobs = pipeline(deps, {
    chunkMs: config.transcribeChunkMs,
    maxDurationMs: config.mediaMaxDurationMs,
    helpers: config.transcribeHelpers,
  });
  const lanes = { speech: config.speechJobs, light: config.lightJobs };
  const workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const runner = startRunner(ports, {
    jobs,
    lanes,
    workerId,
    leaseMs: LEASE_MS,
    jobTimeoutMs: config.jobTimeoutMs,
    backoff: DEFAULT_BACKOFF,
    executedBy,
  });
  const kindsOf = (lane: string): string[] => jobs.filter(({ kind }) => kind.lane === lane).map(({ kind }) => kind.kind);
  const told = Object.entries(lanes).map(([lane, places]) => ({ lane, places, kinds: kindsOf(lane) }));
  const stopTelling = announceSlots(ports, { workerId, lanes: told });
  return {
    running: () => runner.running(),
    async stop(options) {
      await stopTelling();
      await runner.stop(options);
    },
  };
}

async function closePorts(ports: Ports): Promise<void> {
  await ports.leaseGuard?.close();
  await ports.writer.close();
  await ports.exportRenderers.pdf.close();
  await ports.exportRenderers.docx.close();
  await ports.embedder?.close();
  await ports.webFetcher.close();
  await ports.searchIndex.close();
  await ports.blobs.close?.();
  await ports.limiter.close?.();
  await ports.queue.close();
  await ports.store.close();
}

function bindTrash(ports: Ports): ApiDeps['trash'] {
  return {
    trashCourse: (input) => trashCourse(ports, input),
    restoreCourse: (input) => restoreCourse(ports, input),
    trashLecture: (input) => trashLecture(ports, input),
    restoreLecture: (input) => restoreLecture(ports, input),
    trashSource: (input) => trashSource(ports, input),
    restoreSource: (input) => restoreRecording(ports, input),
  };
}
