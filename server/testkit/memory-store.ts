import type { Store } from '../src/core/ports/store.ts';
import { memoryAccess } from './memory-access.ts';
import { memoryFileRows } from './memory-file-rows.ts';
import { memoryHoldings } from './memory-holdings.ts';
import { memoryJobs } from './memory-jobs.ts';
import { memoryLive } from './memory-live.ts';
import { memoryPresets } from './memory-presets.ts';
import { memorySpeakers } from './memory-speakers.ts';
import { memoryThreads } from './memory-threads.ts';
import { memoryLibrary } from './memory-library.ts';
import { memorySettings } from './memory-settings.ts';
import { memoryUploads } from './memory-uploads.ts';
import { emptyState, snapshot, type Access, type MemoryState } from './memory-state.ts';

/** A `Store` in memory that passes the same suite as the databases: for unit tests. */
export function memoryStore(): Store {
  let state = emptyState();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time, as with the one connection of SQLite. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  }

  const alone: Access = (work) => inTurn(async () => work(state));
  return makeStore(alone, (work) =>
    inTurn(async () => {
      const draft: MemoryState = snapshot(state);
      const inside: Access = async (call) => call(draft);
      const made = await work(makeStore(inside, nested));
      state = draft;
      return made;
    }),
  );
}

function makeStore(access: Access, transaction: Store['transaction']): Store {
  return {
    ...memoryLibrary(access),
    ...memoryHoldings(access),
    live: memoryLive(access),
    presets: memoryPresets(access),
    speakers: memorySpeakers(access),
    threads: memoryThreads(access),
    ...memoryJobs(access),
    ...memoryUploads(access),
    ...memoryFileRows(access),
    ...memorySettings(access),
    ...memoryAccess(access),
    transaction,
    describe: () =>
      access((state) => ({
        kind: 'memory',
        migrations: [],
        tables: Object.entries(state)
          .map(([name, rows]: [string, ReadonlyMap<string, unknown>]) => ({ name, rows: rows.size }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      })),
    async check() {},
    async close() {},
  };
}

async function nested(): Promise<never> {
  throw new Error('Transactions do not nest: use the store that was given.');
}
