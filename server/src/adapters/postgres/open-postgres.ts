import type { Pool } from 'pg';
import type { Events, Log, Queue, Store } from '../../core/ports/index.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { postgresEvents } from './postgres-events.ts';
import { openPostgresPool } from './postgres-pool.ts';
import { postgresQueue } from './postgres-queue.ts';
import { openPostgresSignals } from './postgres-signals.ts';

export interface Postgres {
  /** Closing it closes everything here. */
  readonly store: Store;
  readonly queue: Queue;
  readonly events: Events;
  /** For other adapters on the same database; ended with the store. */
  readonly pool: Pool;
}

/**
 * What a PostgreSQL database gives to several processes: the store, and signals between them for queue and events.
 *
 * @throws AppError as `openPostgresStore`
 * @example const { store } = await openPostgres({ url: 'postgresql://scholium@db/scholium', poolSize: 20, log });
 */
export async function openPostgres(options: { url: string; poolSize: number; log: Log }): Promise<Postgres> {
  const { url, log } = options;
  const pool = openPostgresPool(options);
  const opened = await openPostgresStore({ pool, log });
  const signals = await openPostgresSignals({ url, pool, log });
  const store: Store = {
    ...opened,
    close: async () => {
      await signals.close();
      await opened.close();
    },
  };
  return { store, queue: postgresQueue(signals), events: postgresEvents({ store, signals }), pool };
}
