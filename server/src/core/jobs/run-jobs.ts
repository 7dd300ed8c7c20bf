import type { Job } from '../domain/job.ts';
import { ownerScope } from '../domain/scope.ts';
import type { Backoff } from './backoff.ts';
import { makeBell } from './bell.ts';
import type { JobKind, RegisteredJob } from './job-kind.ts';
import { runOneJob, type RunnerDeps } from './run-one-job.ts';

type Lane = JobKind<unknown>['lane'];

export interface RunnerOptions {
  readonly jobs: readonly RegisteredJob[];
  /** How many jobs of each lane run at once; one of a lane that is not named. */
  readonly lanes: Readonly<Partial<Record<Lane, number>>>;
  /** Unique among all workers on this database. */
  readonly workerId: string;
  /** A worker that is silent for so long has lost its job. */
  readonly leaseMs: number;
  /** For kinds that name none. */
  readonly jobTimeoutMs: number;
  readonly backoff: Backoff;
  readonly executedBy?: 'worker' | 'inline';
}

export interface Runner {
  /** How many jobs are in work. */
  running(): number;
  /**
   * Takes no more jobs, waits for those in work, and hands back what does not end in the grace time. Resolves within
   * `graceMs` (plus the time of one write), also when a handler ignores its signal.
   */
  stop(options: { graceMs: number }): Promise<void>;
}

/** Longest time between two looks at the table: finds jobs that another process wrote without telling this one. */
const LOOK_MS = 5_000;
/** Shortest, when a job is due that another worker is about to take. */
const LOOK_AGAIN_MS = 50;
/** A wait that ends so much too late was no wait: the process or its machine stood still. */
const PAUSED_MS = 2_000;
const SETTLE_MS = 1_000;
/** How long an aborted handler may take to end. Children are told to stop within a second. */
const ABANDON_MS = 5_000;

/**
 * Takes jobs from the table and runs them, each lane with its own number of places, until stopped.
 * @throws Error when a kind is registered twice or its lane has no place
 */
export function startRunner(deps: RunnerDeps, options: RunnerOptions): Runner {
  const registry = register(options);
  const handBack = new AbortController();
  const abandon = new AbortController();
  const { leaseMs, jobTimeoutMs, backoff } = options;
  const terms = { leaseMs, jobTimeoutMs, backoff, abandonMs: ABANDON_MS, handBack: handBack.signal, abandon: abandon.signal };
  const inWork = new Set<Promise<void>>();
  const run = (job: Job): Promise<void> => {
    const work = runOneJob(deps, registry.get(job.kind)!, job, terms).finally(() => inWork.delete(work));
    inWork.add(work);
    return work;
  };
  const lanes = lanesOf(options).map((lane) => startLane(deps, options, lane, run));
  const unsubscribe = deps.queue.onDispatch(async (kind) => {
    await Promise.all(lanes.filter((lane) => kind === null || lane.kinds.includes(kind)).map((lane) => lane.look()));
  });

  async function allEnded(withinMs: number): Promise<void> {
    const ended = new AbortController();
    await Promise.race([Promise.all(inWork), deps.clock.sleep(withinMs, ended.signal)]);
    ended.abort();
  }

  return {
    running: () => inWork.size,
    async stop({ graceMs }) {
      unsubscribe();
      await Promise.all(lanes.map((lane) => lane.stop()));
      const handBackMs = Math.min(ABANDON_MS, graceMs / 4);
      await allEnded(graceMs - handBackMs);
      handBack.abort();
      await allEnded(handBackMs);
      abandon.abort();
      await Promise.all(inWork);
    },
  };
}

interface LaneTerms {
  readonly name: Lane;
  readonly kinds: readonly string[];
  readonly places: number;
}

interface RunningLane {
  readonly kinds: readonly string[];
  /** There may be something to do. Resolves when it has looked and a place is free, or when it stops. */
  look(): Promise<void>;
  /** Resolves when no more jobs will be taken. */
  stop(): Promise<void>;
}

/** Takes a job whenever a place is free, and looks again when told, when one is due, and every few seconds. */
function startLane(deps: RunnerDeps, options: RunnerOptions, lane: LaneTerms, run: (job: Job) => Promise<void>): RunningLane {
  const { store, clock, log, events, metrics } = deps;
  const { name, kinds, places } = lane;
  const bell = makeBell(clock);
  const stop = new AbortController();
  let taken = 0;
  let askedToLook: (() => void)[] = [];
  /** A lane that stops has no place but for what it still works on. */
  const tellPlaces = (): void => metrics.placesTaken({ lane: name, taken, places: stop.signal.aborted ? taken : places });
  tellPlaces();

  async function takeOne(): Promise<boolean> {
    const ended: Job[] = [];
    const { workerId, leaseMs, executedBy = 'worker' } = options;
    const now = clock.now();
    const onEnded = (job: Job): void => void ended.push(job);
    // Each sign of life set the end of the lease to a lease's length later.
    const onStalled = ({ kind, lease }: Job): void =>
      metrics.jobStalled({ kind, silentMs: now - (lease?.expiresAt ?? now) + leaseMs });
    const job = await store.jobs.claim({ kinds, workerId, now, leaseMs, executedBy, onEnded, onStalled });
    for (const lost of ended) {
      log.error('error', 'job.lost', { jobId: lost.id, kind: lost.kind, status: lost.status, cause: lost.cause });
      metrics.jobFinished({
        kind: lost.kind,
        outcome: lost.status,
        durationMs: clock.now() - (lost.startedAt ?? lost.createdAt),
        errorCode: lost.error?.code ?? null,
      });
      await publishStatus(lost);
    }
    if (!job) return false;
    taken += 1;
    tellPlaces();
    if (job.transitions.at(-2)?.status === 'queued')
      metrics.jobTaken({ kind: job.kind, waitedMs: Math.max(0, now - job.runAfter) });
    await publishStatus(job);
    void runInPlace(job);
    return true;
  }

  async function runInPlace(job: Job): Promise<void> {
    await run(job);
    taken -= 1;
    tellPlaces();
    bell.ring();
  }

  async function publishStatus(job: Job): Promise<void> {
    const event = { jobId: job.id, at: clock.now(), type: 'status' as const, data: { status: job.status } };
    await events.publish(ownerScope(job.ownerId), event).catch((error: unknown) => {
      log.warn('application', 'job.event-failed', { jobId: job.id, cause: String(error) });
    });
  }

  /** How long nothing can be expected. */
  async function quietMs(): Promise<number> {
    if (taken >= places) return LOOK_MS;
    const dueAt = await store.jobs.nextDueAt(kinds);
    return dueAt === null ? LOOK_MS : Math.min(LOOK_MS, Math.max(LOOK_AGAIN_MS, dueAt - clock.now()));
  }

  /** Looks once if a place is free; those who asked before are answered when one is free afterwards. */
  async function lookOnce(): Promise<boolean> {
    if (taken >= places) return false;
    const asked = askedToLook.length;
    const found = await takeOne();
    if (taken < places) for (const answer of askedToLook.splice(0, asked)) answer();
    return found;
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      let waitMs = LOOK_MS;
      try {
        if (await lookOnce()) continue;
        waitMs = await quietMs();
      } catch (error) {
        log.error('error', 'job.claim-failed', { kinds, cause: String(error) });
      }
      if (!stop.signal.aborted) await waitQuietly(waitMs);
    }
  }

  /**
   * After a pause (a laptop that slept, a machine without time for us) leases have run out while nobody could prolong them: those
   * who hold them, here and in other processes that woke with us, get the time of two beats before anything is taken.
   */
  async function waitQuietly(waitMs: number): Promise<void> {
    const from = clock.now();
    await bell.wait(waitMs);
    if (clock.now() - from - waitMs > PAUSED_MS) await clock.sleep(SETTLE_MS, stop.signal);
  }

  const looping = loop();
  return {
    kinds,
    async look() {
      if (stop.signal.aborted) return;
      const answered = Promise.withResolvers<void>();
      askedToLook.push(answered.resolve);
      bell.ring();
      await answered.promise;
    },
    async stop() {
      stop.abort();
      bell.ring();
      await looping;
      tellPlaces();
      for (const answer of askedToLook) answer();
      askedToLook = [];
    },
  };
}

function register({ jobs, lanes }: RunnerOptions): ReadonlyMap<string, RegisteredJob> {
  const registry = new Map<string, RegisteredJob>();
  for (const job of jobs) {
    const { kind, lane } = job.kind;
    if (registry.has(kind)) throw new Error(`The job kind "${kind}" has two handlers.`);
    if (placesOf(lanes, lane) < 1) throw new Error(`The job kind "${kind}" can never run: the lane "${lane}" has no place.`);
    registry.set(kind, job);
  }
  return registry;
}

function lanesOf({ jobs, lanes }: RunnerOptions): readonly LaneTerms[] {
  const names = new Set(jobs.map(({ kind }) => kind.lane));
  return [...names]
    .map((name) => ({
      name,
      places: placesOf(lanes, name),
      kinds: jobs.filter((job) => job.kind.lane === name).map((job) => job.kind.kind),
    }))
    .filter((lane) => lane.kinds.length > 0);
}

function placesOf(lanes: RunnerOptions['lanes'], lane: Lane): number {
  return lanes[lane] ?? 1;
}
