import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { PooledClient, SearchPool, SqlValue } from './search-pool.ts';

/** PostgreSQL with pgvector inside this process, as a pool of one connection: who asks for it waits for his turn. */
export async function openPglitePool(): Promise<SearchPool> {
  const database = await PGlite.create({ extensions: { vector } });
  let turn = Promise.resolve();
  const connect = async (): Promise<PooledClient> => {
    const before = turn;
    const mine = Promise.withResolvers<void>();
    turn = mine.promise;
    await before;
    return { query: run, release: () => mine.resolve() };
  };
  const run = async (text: string, values?: SqlValue[]): Promise<{ rows: unknown[] }> => {
    if (values) return database.query(text, values);
    return (await database.exec(text)).at(-1) ?? { rows: [] };
  };
  const query = async (text: string, values?: SqlValue[]): Promise<{ rows: unknown[] }> => {
    const client = await connect();
    try {
      return await run(text, values);
    } finally {
      client.release();
    }
  };
  return { connect, query, end: () => database.close() };
}
