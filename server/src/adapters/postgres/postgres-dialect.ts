import { PostgresDialect, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { fromPostgresError } from './postgres-errors.ts';
import { toPostgresText } from './postgres-text.ts';

/** Kysely's own dialect over a pool whose faults are told as ours. */
export function postgresDialect(pool: pg.Pool): PostgresDialect {
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => tellingClient(await orTell(pool.connect())),
      end: () => pool.end(),
    },
  });
}

function tellingClient(client: pg.PoolClient): PostgresPoolClient {
  const query = (sql: string, parameters: readonly unknown[]): Promise<unknown> =>
    orTell(client.query(sql, parameters.map(held)));
  return {
    // Kysely's overloads: it asks for a cursor only when a query is streamed, which we never do.
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
  };
}

const held = (value: unknown): unknown => (typeof value === 'string' ? toPostgresText(value) : value);

async function orTell<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw fromPostgresError(error);
  }
}
