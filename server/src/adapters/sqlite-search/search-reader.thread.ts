import { workerData } from 'node:worker_threads';
import type { SearchQuery, SearchReply } from '../../core/ports/search-index.ts';
import { serveThread } from '../worker-thread/serve-thread.ts';
import { rankPassages } from './rank-passages.ts';
import { countPassages, passagesWithoutVector, type UnembeddedPassage } from './read-passages.ts';
import { openForReading, type SearchDatabase } from './search-database.ts';

const { file } = workerData as { file: string }; // what SqliteSearchIndex gives its threads
let database: SearchDatabase | null = null;

const methods = {
  search: (input: { ownerId: string | null; query: SearchQuery }): SearchReply =>
    atOneMoment((reader) => rankPassages(reader, input.ownerId, input.query)),
  withoutVector: (input: { ownerId: string | null; embedderId: string; sourceId: string }): UnembeddedPassage[] =>
    atOneMoment((reader) => passagesWithoutVector(reader, input)),
  count: (input: { ownerId: string | null }): number => atOneMoment((reader) => countPassages(reader, input.ownerId)),
};

export type ReaderMethods = typeof methods;

/** Runs all statements of a call on one state of the index, whatever is written meanwhile. */
function atOneMoment<T>(read: (reader: SearchDatabase) => T): T {
  database ??= openForReading(file);
  const reader = database;
  return reader.transaction(() => read(reader))();
}

serveThread(methods);
