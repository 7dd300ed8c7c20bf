import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openDiskBlobs } from '../src/adapters/disk/disk-blobs.ts';
import { inProcessRateLimiter } from '../src/adapters/in-process/in-process-rate-limiter.ts';
import { storeEvents } from '../src/adapters/in-process/store-events.ts';
import { openSqliteStore } from '../src/adapters/sqlite/open-sqlite-store.ts';
import { systemClock } from '../src/adapters/system/system-clock.ts';
import type { Job } from '../src/core/domain/job.ts';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Transcript } from '../src/core/domain/transcript.ts';
import { bindModels } from '../src/core/models/bind-models.ts';
import { noModels } from '../src/core/models/speech-models.ts';
import { bindLive } from '../src/core/live/bind-live.ts';
import { bindUploads } from '../src/core/ingest/bind-uploads.ts';
import { bindAccounts } from '../src/core/accounts/bind-accounts.ts';
import { personalAccounts } from '../src/core/accounts/personal-accounts.ts';
import { addSource } from '../src/core/add-source.ts';
import { bindThreads } from '../src/core/ask/bind-threads.ts';
import { firstSentenceWriter } from './first-sentence-writer.ts';
import { MemorySearchIndex } from './memory-search-index.ts';
import { silentMetrics } from './silent-metrics.ts';
import { falseAnswersIn } from './true-citations.ts';
import { addWebPage } from '../src/core/read/add-document.ts';
import type { DocumentToRead } from '../src/core/ports/document-reader.ts';
import { PlainDocumentReader } from './plain-document-reader.ts';
import { ingest } from '../src/core/ingest/ingest.ts';
import { importTranscript } from '../src/core/imports/import-transcript.ts';
import { silentDiarizer } from './silent-diarizer.ts';
import { bindSpeakers } from '../src/core/speakers/bind-speakers.ts';
import { bindCorrections } from '../src/core/corrections/bind-corrections.ts';
import { cancelJob } from '../src/core/jobs/cancel-job.ts';
import { enqueue } from '../src/core/jobs/enqueue.ts';
import { bindSettings } from '../src/core/settings/bind-settings.ts';
import { bindOperators } from '../src/core/operations/bind-operators.ts';
import { restoreRecording } from '../src/core/upkeep/restore-recording.ts';
import type { JobKind } from '../src/core/jobs/job-kind.ts';
import { restoreCourse, restoreLecture, trashCourse, trashLecture, trashSource } from '../src/core/library/trash.ts';
import type { Blobs, Events, LiveDecoder, Log, LogCategory, MediaDecoder, Queue, Store } from '../src/core/ports/index.ts';
import type { ApiDeps, OwnerScope } from '../src/faces/api/api-deps.ts';
import { buildApi } from '../src/faces/api/build-api.ts';
import { z } from 'zod';

/** A job that does what a test says. */
export const testJob: JobKind<object> = {
  kind: 'test',
  payload: z.looseObject({}),
  lane: 'light',
  maxAttempts: 1,
  timeoutMs: 0,
};

export interface LoggedLine {
  readonly category: LogCategory;
  readonly event: string;
  readonly fields: Record<string, unknown>;
}

export interface ApiFixture {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly events: Events;
  /** What conversations are answered from. */
  readonly searchIndex: MemorySearchIndex;
  readonly scope: OwnerScope;
  readonly logged: LoggedLine[];
  /** Starts listening on a free port; returns the address. */
  listen(): Promise<string>;
  /** Adds a queued job, as a request would. */
  addJob(): Promise<Job>;
  /** Files in the data folder, temporary ones included. */
  filesOnDisk(): Promise<string[]>;
  /** @throws Error when an answer that is stored cites what does not stand there */
  close(): Promise<void>;
}

/**
 * The API over a store in memory and blobs in a temporary folder. Ingest and library are the real use cases, with
 * a decoder that takes every file for MP3; search, ask and jobs are what `overrides` make them.
 */
export async function openApiFixture(overrides: Partial<ApiDeps> = {}, disk: Partial<Blobs> = {}): Promise<ApiFixture> {
  const dataDir = await mkdtemp(join(tmpdir(), 'scholium-api-'));
  const logged: LoggedLine[] = [];
  const log = recordingLog(logged);
  const store = await openSqliteStore({ path: ':memory:', log });
  const blobs = { ...(await openDiskBlobs({ dataDir })), ...disk };
  const events = storeEvents(store);
  const jobDeps = { store, events, queue: silentQueue, clock: systemClock };
  // Only Markdown is taken for a document, so that the bytes tests make up stay recordings.
  const plainReader = new PlainDocumentReader();
  const documentReader = {
    sniff: (file: DocumentToRead) => (file.fileName.endsWith('.md') ? plainReader.sniff(file) : Promise.resolve(null)),
  };
  const ports = { ...jobDeps, blobs, log, decoder: mp3Decoder, documentReader };
  const startJob = (scope: OwnerScope, lectureId: string | null) =>
    enqueue(jobDeps, scope, testJob, { payload: {}, lectureId, sourceId: null });
  const searchIndex = new MemorySearchIndex();
  const liveDeps = { ...ports, ...jobDeps, liveDecoder: noLiveDecoder, liveTranscribers: [] };
  const accounts = overrides.accounts ?? personalAccounts({ apiKey: null });
  const app = await buildApi({
    ...ports,
    accounts,
    limiter: inProcessRateLimiter(systemClock),
    accountUseCases: bindAccounts({ ...jobDeps, log, accounts }),
    metrics: { requestFinished() {}, render: async () => ({ contentType: 'text/plain', body: '# none\n' }) },
    settings: { version: '0.0.0-test', publicHosts: [], maxUploadBytes: 1_000_000, maxResumableBytes: 1_000_000_000 },
    ingest: (input, signal) => ingest(ports, input, signal),
    addSource: (input, signal) => addSource(ports, input, signal),
    addWebPage: (input) => addWebPage(ports, input),
    requestTranscription: ({ scope, lectureId }) => startJob(scope, lectureId),
    requestGeneration: ({ scope, lectureId }) => startJob(scope, lectureId),
    requestExport: ({ scope, lectureId }) => startJob(scope, lectureId),
    cancelJob: (input) => cancelJob(jobDeps, input),
    search: async () => ({ results: [], degraded: false }),
    suggest: async () => ({ suggestions: [] }),
    ask: async () => ({ answer: 'The recording does not say.', supported: false, citations: [] }),
    readiness: async () => ({ status: 'ok', version: '0.0.0-test', uptimeMs: 1, dependencies: [] }),
    health: async () => ({ status: 'ok', version: '0.0.0-test', uptimeMs: 1, dependencies: [] }),
    live: bindLive(liveDeps, {
      closeAfterMs: 300_000,
      mostOpen: 4,
      mostHeard: 4,
      maxDurationMs: 3_600_000,
      maxBytes: 1_000_000_000,
    }),
    uploads: bindUploads({ ...ports, ...jobDeps }, { maxBytes: 1_000_000_000 }),
    threads: bindThreads({
      ...ports,
      searchIndex,
      embedder: null,
      metrics: silentMetrics,
      writer: firstSentenceWriter(),
    }),
    speechModels: bindModels({ ...jobDeps, ...noModels, transcribers: [] }),
    corrections: bindCorrections(jobDeps),
    speakers: bindSpeakers({ ...jobDeps, diarizers: [silentDiarizer] }),
    importTranscript: (input, signal) => importTranscript({ ...ports, documentReader: plainReader }, input, signal),
    trash: {
      trashCourse: (input) => trashCourse(jobDeps, input),
      restoreCourse: (input) => restoreCourse(jobDeps, input),
      trashLecture: (input) => trashLecture(jobDeps, input),
      restoreLecture: (input) => restoreLecture(jobDeps, input),
      trashSource: (input) => trashSource(jobDeps, input),
      restoreSource: (input) => restoreRecording(jobDeps, input),
    },
    settingUseCases: bindSettings({ ...jobDeps, log }),
    operators: bindOperators(
      { ...ports, ...jobDeps, searchIndex: { remove: async () => {} } },
      { rawAudioDays: 30, transcriptDays: 14 },
    ),
    ...overrides,
  });
  // `ownerScope` widens to Scope; this one is an owner's.
  const scope = ownerScope(LOCAL_OWNER) as OwnerScope;
  return {
    app,
    store,
    blobs,
    events,
    searchIndex,
    scope,
    logged,
    listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
    addJob: () => startJob(scope, null),
    filesOnDisk: async () => {
      const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    close: async () => {
      await app.close();
      const { wrong } = await falseAnswersIn(store, scope);
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
      if (wrong.length > 0) throw new Error(`Answers cite what does not stand there: ${wrong.join(' / ')}`);
    },
  };
}

/** A form as a browser sends it, with the parts in the given order. */
export function formBody(parts: readonly (readonly [name: string, value: string | { fileName: string; bytes: Uint8Array }])[]) {
  const boundary = '----scholium-test-boundary';
  const pieces = parts.flatMap(([name, value]) => {
    const isText = typeof value === 'string';
    const file = isText ? '' : `; filename="${value.fileName}"\r\nContent-Type: application/octet-stream`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), isText ? Buffer.from(value) : Buffer.from(value.bytes), Buffer.from('\r\n')];
  });
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** A transcript of the given sentences: each word lasts 400 ms, each sentence is followed by a pause of 600 ms. */
export function spokenTranscript(sentences: readonly string[]): Omit<Transcript, 'version' | 'sourceId' | 'lectureId'> {
  let now = 0;
  const segments = sentences.map((sentence, id) => {
    const words = sentence.split(' ').map((text) => {
      const word = { text, startMs: now, endMs: now + 400, confidence: 0.9 };
      now += 400;
      return word;
    });
    now += 600;
    const [startMs, endMs] = [words[0]?.startMs ?? 0, words.at(-1)?.endMs ?? 0];
    return { id, startMs, endMs, speaker: null, text: sentence, confidence: 0.9, words };
  });
  return {
    ownerId: LOCAL_OWNER,
    origin: 'machine',
    baseVersion: null,
    task: 'transcribe',
    engine: 'test',
    model: 'test',
    language: 'en',
    durationMs: now,
    draftQuality: true,
    segments,
    createdAt: Date.UTC(2026, 10, 23),
  };
}

function recordingLog(lines: LoggedLine[]): Log {
  const write = (category: LogCategory, event: string, fields: Record<string, unknown> = {}) => {
    lines.push({ category, event, fields });
  };
  return { info: write, warn: write, error: write };
}

/** Takes every file for MP3. */
const mp3Decoder: Pick<MediaDecoder, 'probe'> = {
  async probe() {
    return { format: 'mp3', durationMs: null, hasAudio: true, hasVideo: false };
  },
};

/** Not for these tests. */
const noLiveDecoder: LiveDecoder = {
  open: () => Promise.reject(new Error('There is no decoder here.')),
};

const silentQueue: Queue = {
  dispatch: async () => {},
  onDispatch: () => () => {},
  check: async () => {},
  close: async () => {},
};
