import { workerData } from 'node:worker_threads';
import type { SearchQuery, SearchReply, SuggestQuery } from '../../core/ports/search-index.ts';
import type { SuggestedTerm } from '../../core/domain/vocabulary.ts';
import { serveThread } from '../worker-thread/serve-thread.ts';
import { matchWords, rankPassages, type RankQuery, type WordMatches } from './rank-passages.ts';
import type { KeptVectors } from '../../core/ports/search-index.ts';
import { countPassages, passagesWithoutVector, type UnembeddedPassage } from './read-passages.ts';
import { sourcesWithVectors, vectorsOfSource } from './read-vectors.ts';
import { openForReading, type SearchDatabase } from './search-database.ts';
import { vocabularies } from './read-terms.ts';

const { file } = workerData as { file: string }; // what SqliteSearchIndex gives its threads
let database: SearchDatabase | null = null;
const vocabularyOf = vocabularies();

const methods = {
  matchWords: (input: { ownerId: string | null; query: Pick<SearchQuery, 'text' | 'filter'> }): WordMatches =>
    atOneMoment((reader) => matchWords(reader, input.ownerId, input.query)),
  rank: (input: { ownerId: string | null; query: RankQuery; matches: WordMatches }): SearchReply =>
    atOneMoment((reader) => rankPassages(reader, input.ownerId, input.query, input.matches)),
  suggest: ({ ownerId, query }: { ownerId: string; query: SuggestQuery }): SuggestedTerm[] =>
    atOneMoment((reader) => vocabularyOf(reader, ownerId)?.suggest(query.text, query.limit, query.courseId) ?? []),
  withoutVector: (input: { ownerId: string | null; embedderId: string; sourceId: string }): UnembeddedPassage[] =>
    atOneMoment((reader) => passagesWithoutVector(reader, input)),
  vectorSources: (): { ownerId: string; sourceId: string }[] => atOneMoment(sourcesWithVectors),
  vectorsOf: (input: { ownerId: string; sourceId: string }): KeptVectors | null =>
    atOneMoment((reader) => vectorsOfSource(reader, input.ownerId, input.sourceId)),
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
