import { Worker } from 'node:worker_threads';
import type { HeldLease } from '../../core/ports/store.ts';
import type { LeaseGuard } from '../../core/ports/lease-guard.ts';
import type { Log } from '../../core/ports/log.ts';

/** The database of the jobs; the thread has a connection of its own. */
export type GuardedDatabase = { readonly sqlitePath: string } | { readonly postgresUrl: string };

export interface LeaseGuardOptions {
  readonly database: GuardedDatabase;
  readonly log: Log;
  /** An event loop that is blocked for longer will not come back: its jobs go to others. Default 60,000. */
  readonly mostBusyMs?: number;
  /** A thread that guards nothing for so long is ended. Default 60,000. */
  readonly idleMs?: number;
}

/** What the thread is told. */
export type GuardMessage =
  | { readonly hold: number; readonly lease: HeldLease; readonly leaseMs: number }
  | { readonly release: number };

export interface GuardThreadData {
  readonly database: GuardedDatabase;
  readonly mostBusyMs: number;
  readonly everyMs: number;
  /** When the event loop of the process last turned, in milliseconds since 1970. */
  readonly aliveAt: SharedArrayBuffer;
}

/** The thread needs little; without a limit V8 takes room for more. */
const HEAP = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };
/** How often the process says that it is alive, and the thread looks. */
const EVERY_MS = 250;

/**
 * A thread that prolongs leases while the event loop of this process stands still, be it for a long computation or because the machine
 * is overloaded. As long as the loop turns, the thread does nothing: it costs no write. It is started with the first lease.
 */
export function createLeaseGuard({ database, log, mostBusyMs = 60_000, idleMs = 60_000 }: LeaseGuardOptions): LeaseGuard {
  const aliveAt = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const alive = new BigInt64Array(aliveAt);
  const held = new Map<number, GuardMessage>();
  let thread: Worker | null = null;
  let turning: NodeJS.Timeout | null = null;
  let ending: NodeJS.Timeout | null = null;
  let last = 0;

  const turn = (): void => void Atomics.store(alive, 0, BigInt(Date.now()));

  function tell(message: GuardMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    thread?.postMessage(message);
  }

  function start(): void {
    const data: GuardThreadData = { database, mostBusyMs, everyMs: EVERY_MS, aliveAt };
    const started = new Worker(new URL('./lease-guard.thread.ts', import.meta.url), { workerData: data, resourceLimits: HEAP });
    started.unref();
    started.on('error', (error) => {
      log.warn('application', 'lease-guard.died', { cause: String(error) }); // the process still gives its own signs of life
      if (thread === started) thread = null;
    });
    started.on('message', (fields: { leases: number; busyMs: number }) =>
      log.warn('application', 'lease-guard.stood-in', fields),
    );
    thread = started;
    for (const message of held.values()) tell(message);
  }

  async function end(): Promise<void> {
    for (const timer of [turning, ending]) if (timer) clearTimeout(timer);
    [turning, ending] = [null, null];
    const ended = thread;
    thread = null;
    await ended?.terminate();
  }

  return {
    hold(lease, leaseMs) {
      const id = (last += 1);
      const message = { hold: id, lease, leaseMs };
      turn();
      turning ??= setInterval(turn, EVERY_MS).unref();
      if (ending) clearTimeout(ending);
      ending = null;
      held.set(id, message);
      if (thread) tell(message);
      else start();
      return () => {
        if (!held.delete(id)) return;
        tell({ release: id });
        if (held.size === 0) ending = setTimeout(() => void end(), idleMs).unref();
      };
    },
    close: end,
  };
}
