import type { HealthReply } from '@scholium/contract';
import { AppError, toAppError } from '../domain/app-error.ts';
import { systemScope } from '../domain/scope.ts';
import type { Blobs, Clock, Embedder, MediaDecoder, Queue, SearchIndex, Store, Transcriber, Writer } from '../ports/index.ts';
import { readyEngine } from '../transcribe/choose-transcriber.ts';

export interface HealthDeps {
  readonly store: Pick<Store, 'check' | 'cache'>;
  readonly blobs: Pick<Blobs, 'check'>;
  readonly queue: Pick<Queue, 'check'>;
  readonly searchIndex: Pick<SearchIndex, 'check'>;
  readonly decoder: Pick<MediaDecoder, 'version'>;
  readonly transcribers: readonly Transcriber[];
  /** Null when text is searched by words only. */
  readonly embedder: Pick<Embedder, 'id'> | null;
  readonly writer: Pick<Writer, 'engine' | 'model'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Dependency = HealthReply['dependencies'][number];

/** Without these nothing works; the others cost a feature only. Jobs wait in the database while the queue is away. */
const VITAL = new Set(['database', 'storage']);

/**
 * Asks each dependency whether it works, and names the models in use. `down` when nothing works, `degraded` when something does not.
 * The decoder and engine answers are kept for a while, since asking starts a program.
 */
export function createHealthCheck(deps: HealthDeps, facts: { version: string; startedAt: number }): () => Promise<HealthReply> {
  const decoder = remember(deps.clock, () => deps.decoder.version().then((version) => `ffmpeg ${version}`));
  const engine = remember(deps.clock, () => readyEngine(deps.transcribers));
  return async () => {
    const dependencies = await Promise.all([
      ask('database', () => deps.store.check()),
      ask('storage', () => deps.blobs.check()),
      ask('queue', () => deps.queue.check()),
      askSearch(deps.searchIndex),
      ask('decoder', decoder),
      ask('speech', engine),
      ask('cache', () => tidyCache(deps)),
    ]);
    const isDown = dependencies.some(({ name, status }) => status === 'down' && VITAL.has(name));
    const isWhole = dependencies.every(({ status }) => status === 'ok');
    return {
      status: isDown ? 'down' : isWhole ? 'ok' : 'degraded',
      version: facts.version,
      uptimeMs: Math.round(deps.clock.now() - facts.startedAt),
      dependencies,
      models: {
        embeddings: deps.embedder?.id ?? null,
        language: { engine: deps.writer.engine, model: deps.writer.model },
      },
    };
  };
}

/** Asks only what every request needs. `down` as well once `stopping` is aborted: load balancers then look elsewhere. */
export function createReadinessCheck(
  deps: Pick<HealthDeps, 'blobs' | 'clock'> & { readonly store: Pick<Store, 'check'> },
  facts: { version: string; startedAt: number; stopping: AbortSignal },
): () => Promise<HealthReply> {
  return async () => {
    const dependencies = await Promise.all([
      ask('database', () => deps.store.check()),
      ask('storage', () => deps.blobs.check()),
      ask('server', async () => {
        if (facts.stopping.aborted) throw new AppError('server_stopping', 'The server is stopping.');
      }),
    ]);
    return {
      status: dependencies.every(({ status }) => status === 'ok') ? 'ok' : 'down',
      version: facts.version,
      uptimeMs: Math.round(deps.clock.now() - facts.startedAt),
      dependencies,
    };
  };
}

async function ask(name: string, check: () => Promise<string | void>): Promise<Dependency> {
  try {
    return { name, status: 'ok', message: (await check()) ?? '' };
  } catch (error) {
    return { name, status: 'down', message: toAppError(error).detail };
  }
}

/** Drops what has expired and says how much is left. */
async function tidyCache({ store, clock }: HealthDeps): Promise<string> {
  await store.cache.removeExpired(clock.now());
  return `${await store.cache.count(systemScope)} answers and vectors`;
}

async function askSearch(searchIndex: Pick<SearchIndex, 'check'>): Promise<Dependency> {
  let limit: string | null = null;
  const answer = await ask('search', async () => {
    limit = await searchIndex.check();
  });
  return limit === null ? answer : { name: answer.name, status: 'degraded', message: limit };
}

/** Long enough to spare the machine, short enough that an installed ffmpeg is seen soon. */
const REMEMBER_MS = 30_000;

function remember<T>(clock: Pick<Clock, 'now'>, make: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | null = null;
  return () => {
    if (!last || clock.now() - last.at > REMEMBER_MS) last = { at: clock.now(), value: make() };
    return last.value;
  };
}
