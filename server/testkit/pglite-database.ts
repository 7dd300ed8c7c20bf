import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { Pool } from 'pg';
import { fromPostgresText } from '../src/adapters/postgres/postgres-text.ts';

const [INT8, TEXT, NUMERIC] = [20, 25, 1700];

export interface PgliteDatabase {
  /** An empty database, as a pool of one connection: who asks for it waits for his turn. Ending it ends nothing. */
  freshPool(): Promise<Pool>;
  close(): Promise<void>;
}

/**
 * PostgreSQL with pgvector inside this process. Its pools answer what the store asks of those of `pg`: connections with `query` and
 * `release`, and numbers and texts as `openPostgresPool` has them parsed.
 */
export async function openPglite(): Promise<PgliteDatabase> {
  const parsers = { [INT8]: Number, [NUMERIC]: Number, [TEXT]: fromPostgresText };
  const database = await PGlite.create({ extensions: { vector }, parsers });
  let turn = Promise.resolve();

  const connect = async () => {
    const before = turn;
    const mine = Promise.withResolvers<void>();
    turn = mine.promise;
    await before;
    return { query, release: () => mine.resolve() };
  };
  const query = async (text: string, values: unknown[] = []) => {
    const { rows, affectedRows = 0 } = await database.query(text, values);
    const command = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? '';
    return { rows, command, rowCount: rows.length > 0 ? rows.length : affectedRows };
  };

  return {
    async freshPool() {
      await database.exec('drop schema public cascade; create schema public;');
      const pool = { options: {}, connect, query, end: async () => {} };
      return pool as unknown as Pool; // of which the store uses no more
    },
    close: () => database.close(),
  };
}
