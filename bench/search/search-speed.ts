import { createSqliteSearchIndex } from '@scholium/server/adapters/sqlite-search/sqlite-search-index.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { inFolder } from '../scholium-process.ts';
import { measureSearch } from './measure-search.ts';

const quiet = { info() {}, warn() {}, error() {} };

/** Search embedded, on SQLite. */
export function run(options: BenchOptions): Promise<BenchTable> {
  return inFolder((dataDir) => measureSearch('SQLite', createSqliteSearchIndex({ dataDir, log: quiet }), options));
}
