import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { IndexedPassage } from '../../core/domain/passage.ts';
import { serveThread } from '../worker-thread/serve-thread.ts';
import { deleteDatabase, openForWriting, type SearchDatabase } from './search-database.ts';
import { addVectors, removeSource, replacePassages } from './write-passages.ts';

const { file } = workerData as { file: string }; // what SqliteSearchIndex gives its threads
let database: SearchDatabase | null = null;

const methods = {
  /** Opens the index; `made` says that there was none. */
  open: (): { made: boolean } => {
    const made = !existsSync(file);
    writable();
    return { made };
  },
  /** Throws the index away and makes an empty one. */
  recreate: (): void => {
    database?.close();
    database = null;
    deleteDatabase(file);
    writable();
  },
  replace: (input: { ownerId: string; sourceId: string; passages: readonly IndexedPassage[] }): void =>
    replacePassages(writable(), input.ownerId, input.sourceId, input.passages),
  addVectors: (input: { ownerId: string; embedderId: string; vectors: readonly { id: string; vector: Float32Array }[] }): void =>
    addVectors(writable(), input.ownerId, input.embedderId, input.vectors),
  remove: (input: { ownerId: string | null; sourceId: string }): void => removeSource(writable(), input.ownerId, input.sourceId),
};

export type WriterMethods = typeof methods;

function writable(): SearchDatabase {
  database ??= openForWriting(file);
  return database;
}

serveThread(methods);
