import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compose, type Composition, type Ports } from '@scholium/server/compose.ts';
import { embeddedIn, loadConfig, type Config } from '@scholium/server/config.ts';
import { isFinished, type Job } from '@scholium/server/core/domain/job.ts';
import { DEFAULT_PRESET } from '@scholium/server/core/domain/preset.ts';
import { LOCAL_OWNER, ownerScope } from '@scholium/server/core/domain/scope.ts';
import { wordsOf } from '@scholium/server/core/domain/transcript.ts';

export interface PipelineRun {
  readonly text: string;
  readonly durationMs: number;
  /** From the end of the upload to the end of the job. */
  readonly wallMs: number;
  /** From the end of the upload to the first text; null when there was none. */
  readonly firstTextMs: number | null;
}

export interface PipelineHere {
  readonly config: Config;
  /** Brings a file in and transcribes it; `index` waits for the passages' vectors too. */
  transcribe(file: string, options?: { index?: boolean }): Promise<PipelineRun>;
  close(): Promise<void>;
}

const scope = ownerScope(LOCAL_OWNER) as Extract<ReturnType<typeof ownerScope>, { kind: 'owner' }>; // it makes no other kind

/** The whole product in this process, with a data folder of its own that is gone afterwards. */
export async function openPipelineHere(overrides: Partial<Ports> = {}): Promise<PipelineHere> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-bench-'));
  const config = embeddedIn(loadConfig(), folder);
  const composition = await compose(config, overrides);
  const worker = composition.startWorker();
  return {
    config,
    transcribe: (file, options) => transcribe(composition, file, options?.index ?? false),
    async close() {
      await worker.stop({ graceMs: 2000 });
      await composition.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function transcribe(composition: Composition, file: string, index: boolean): Promise<PipelineRun> {
  const { api, ports } = composition;
  const source = await bringIn(composition, file);
  const startedAt = performance.now();
  const job = await api.requestTranscription({
    scope,
    lectureId: source.lectureId,
    sourceId: source.id,
    model: null,
    language: null,
  });
  const firstText = watchFirstText(ports, job.id, startedAt);
  await waitFor(ports, job);
  const wallMs = performance.now() - startedAt;
  const firstTextMs = await firstText.stop();
  if (index) for (const next of await followUps(ports, job)) await waitFor(ports, next);
  const transcript = await ports.store.transcripts.latest(scope, source.id);
  if (!transcript) throw new Error('The job succeeded without a transcript.');
  const text = wordsOf(transcript)
    .map((word) => word.text)
    .join(' ');
  return { text, durationMs: transcript.durationMs, wallMs, firstTextMs };
}

async function bringIn({ api, ports }: Composition, file: string): Promise<{ id: string; lectureId: string }> {
  const signal = new AbortController().signal;
  const key = `incoming/${randomUUID()}`;
  const stored = await ports.blobs.put(scope, key, createReadStream(file), { signal });
  const input = { scope, courseId: 'bench', lectureId: null, presetId: DEFAULT_PRESET, title: null, fileName: basename(file) };
  return (await api.ingest({ ...input, incoming: { key, ...stored } }, signal)).source;
}

/** Notes when the first `partial` event is there to be read. */
function watchFirstText(ports: Ports, jobId: string, startedAt: number): { stop(): Promise<number | null> } {
  let firstMs: number | null = null;
  let seen = 0;
  const look = async (): Promise<void> => {
    const wokenMs = performance.now() - startedAt;
    for (const event of await ports.events.after(scope, jobId, seen, 1000)) {
      seen = Math.max(seen, event.seq);
      if (event.type === 'partial') firstMs ??= wokenMs;
    }
  };
  let looking = Promise.resolve();
  const wake = (): void => {
    if (firstMs === null) looking = looking.then(look);
  };
  const unsubscribe = ports.events.subscribe(jobId, wake);
  wake();
  return {
    async stop() {
      unsubscribe();
      await looking;
      return firstMs;
    },
  };
}

async function waitFor({ events, store }: Ports, { id }: Job): Promise<void> {
  let woken = Promise.withResolvers<void>();
  const unsubscribe = events.subscribe(id, () => woken.resolve());
  try {
    for (;;) {
      const job = await store.jobs.find(scope, id);
      if (job && isFinished(job.status)) {
        if (job.status !== 'succeeded') throw new Error(`The job ended as ${job.status}: ${job.error?.detail ?? 'no reason'}`);
        return;
      }
      await woken.promise;
      woken = Promise.withResolvers<void>();
    }
  } finally {
    unsubscribe();
  }
}

async function followUps({ store }: Ports, parent: Job): Promise<readonly Job[]> {
  const { items } = await store.jobs.list(scope, {}, { limit: 100, cursor: null });
  return items.filter((job) => job.parentJobId === parent.id);
}
