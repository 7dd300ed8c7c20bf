import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf, type SeenProcess } from '../support/processes.ts';
import type { TestWorker } from '../support/start-server.ts';

/** A process that is started again whenever it ends, as systemd or Kubernetes would. */
export interface Supervised<P extends TestWorker> {
  /** The one that runs now; null while it is being started. */
  current(): P | null;
  /** SIGKILL. Resolves with what it was when it is gone; its successor is being started then. Null when none runs. */
  kill(): Promise<P | null>;
  /** Resolves when one runs. */
  running(): Promise<P>;
  /** Ends it for good. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** What is written down of all processes of a world. */
export interface Watch {
  /** A process ended though nobody killed it. */
  onCrash(name: string, stderr: string): void;
  /** Children of a process that is about to be killed: none of them may live on. */
  onOrphans(children: readonly SeenProcess[]): void;
  /** Gives the lines of every process there ever was. */
  onStart(lines: () => string): void;
}

/** A start may fail while the database or the disk is away: it is tried again. */
const START_AGAIN_MS = 500;

/** Starts a process with `start` and keeps it running; resolves when it first runs. */
export async function supervise<P extends TestWorker>(
  name: string,
  start: () => Promise<P>,
  watch: Watch,
): Promise<Supervised<P>> {
  let current: P | null = null;
  let stopped = false;
  const expected = new WeakSet<P>();
  let starting: Promise<P> = launch(true);
  await starting;

  async function launch(isFirst: boolean): Promise<P> {
    for (;;) {
      try {
        const made = await start();
        watch.onStart(made.stdout);
        current = made;
        void made.gone.then(() => onGone(made));
        return made;
      } catch (error) {
        if (isFirst) throw error;
        await delay(START_AGAIN_MS);
        if (stopped) throw error;
      }
    }
  }

  function onGone(process: P): void {
    current = null;
    if (!expected.has(process)) watch.onCrash(name, process.stderr());
    if (stopped) return;
    starting = launch(false);
    starting.catch(() => {}); // it was stopped for good meanwhile
  }

  return {
    current: () => current,
    async kill() {
      const killed = current;
      if (!killed) return null;
      expected.add(killed);
      watch.onOrphans(await descendantsOf(killed.pid));
      await killed.end('SIGKILL');
      return killed;
    },
    running: async () => {
      for (;;) {
        const made = await starting;
        if (current === made) return made;
        await delay(20); // its end is being told
      }
    },
    async end(signal) {
      stopped = true;
      const last = await starting.catch(() => null);
      if (!last) return;
      expected.add(last);
      await last.end(signal);
    },
  };
}
