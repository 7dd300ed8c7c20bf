import { createPostgresSearchIndex } from '@scholium/server/adapters/postgres-search/postgres-search-index.ts';
import { startPostgres } from '@scholium/server/testkit/postgres-server.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { measureSearch } from './measure-search.ts';

const quiet = { info() {}, warn() {}, error() {} };

/** Search on a PostgreSQL server on this machine, as it comes with Debian: without pgvector, all vectors are compared. */
export async function run(options: BenchOptions): Promise<BenchTable> {
  const server = await startPostgres();
  try {
    const database = { url: await server.freshDatabase() };
    return await measureSearch('PostgreSQL', createPostgresSearchIndex({ database, log: quiet }), options);
  } finally {
    await server.close();
  }
}
