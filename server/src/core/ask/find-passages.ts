import { toAppError } from '../domain/app-error.ts';
import { SYSTEM_OWNER, type Scope } from '../domain/scope.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { QueryVector, SearchHit, SearchIndex, SearchQuery } from '../ports/search-index.ts';
import type { Store } from '../ports/store.ts';
import { outputKey } from '../domain/output-key.ts';
import type { Remembered } from './remembered.ts';
import { speaksIn } from './speaks-in.ts';
import { textOfVector, vectorOfText } from './vector-text.ts';

export interface FindPassagesDeps {
  readonly store: Pick<Store, 'courses' | 'lectures' | 'sources' | 'transcripts' | 'speakers'>;
  readonly searchIndex: Pick<SearchIndex, 'search'>;
  /** Null when text is searched by words only. */
  readonly embedder: Embedder | null;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Vectors of questions that were asked before; left out, each is made anew. */
  readonly remembered?: Remembered;
}

export interface FindPassagesInput {
  readonly scope: Scope;
  readonly text: string;
  readonly filter: SearchQuery['filter'];
  /** Only what this speaker says some of; among the best `MAX_FETCH` hits. */
  readonly speaker?: string | undefined;
  readonly limit: number;
}

export interface FoundPassages {
  readonly hits: readonly SearchHit[];
  readonly degraded: boolean;
}

/** Most hits asked of the index at once. */
export const MAX_FETCH = 400;

/**
 * Searches by words and meaning, by words only (`degraded`) when the question cannot be embedded. What lies in the
 * trash, itself or with its lecture or course, is left out.
 *
 * @throws AppError `search_unavailable`, `cancelled`
 */
export async function findPassages(
  deps: FindPassagesDeps,
  input: FindPassagesInput,
  signal: AbortSignal,
): Promise<FoundPassages> {
  const { scope, text, filter, limit } = input;
  const startedAt = performance.now();
  const vector = embedQuery(deps, input, signal);
  vector.catch(() => {}); // told by the search, unless that fails first
  const isLive = liveSources(deps.store, scope);
  const isSaid = speaksIn(deps.store, scope, input.speaker);

  for (let fetch = limit + 10; ; fetch *= 4) {
    const size = Math.min(fetch, MAX_FETCH);
    const reply = await deps.searchIndex.search(scope, { text, vector, filter, limit: size }, signal);
    const hits: SearchHit[] = [];
    for (const hit of reply.hits) if (hits.length < limit && (await isLive(hit)) && (await isSaid(hit.passage))) hits.push(hit);
    if (hits.length < limit && reply.hits.length === size && size < MAX_FETCH) continue;
    deps.metrics.searched({ mode: reply.mode, durationMs: performance.now() - startedAt });
    return { hits, degraded: reply.degraded || (await vector) === null };
  }
}

async function embedQuery(
  { embedder, remembered, log }: FindPassagesDeps,
  { scope, text }: FindPassagesInput,
  signal: AbortSignal,
): Promise<QueryVector | null> {
  if (!embedder) return null;
  try {
    const ownerId = scope.kind === 'owner' ? scope.ownerId : SYSTEM_OWNER;
    const key = outputKey({ ownerId, step: 'query-vector', version: 1, embedder: embedder.id, text });
    const memory = scope.kind === 'owner' ? remembered : undefined;
    const known = vectorOfText((await memory?.find(scope, 'query-vector', key)) ?? null, embedder.dimensions);
    if (known) return { embedderId: embedder.id, values: known };
    const [values] = await embedder.embed([text], 'query', signal);
    if (!values) return null;
    await memory?.keep(scope, 'query-vector', key, textOfVector(values));
    return { embedderId: embedder.id, values };
  } catch (error) {
    const { code } = toAppError(error);
    if (signal.aborted || code === 'cancelled') throw error;
    log.warn('application', 'search.query-not-embedded', { code });
    return null;
  }
}

/** Tells whether a hit's source, lecture and course are there and not in the trash. Asks the store once for each. */
function liveSources(store: FindPassagesDeps['store'], scope: Scope): (hit: SearchHit) => Promise<boolean> {
  const lectures = new Map<string, Promise<boolean>>();
  const sources = new Map<string, Promise<boolean>>();
  const lectureLives = async (lectureId: string): Promise<boolean> => {
    const lecture = await store.lectures.find(scope, lectureId);
    return lecture !== null && (await store.courses.find(scope, lecture.courseId)) !== null;
  };
  const sourceLives = async (sourceId: string): Promise<boolean> => (await store.sources.find(scope, sourceId)) !== null;
  return async ({ passage }) =>
    (await once(lectures, passage.lectureId, lectureLives)) && (await once(sources, passage.sourceId, sourceLives));
}

function once<T>(known: Map<string, Promise<T>>, key: string, find: (key: string) => Promise<T>): Promise<T> {
  const answer = known.get(key) ?? find(key);
  known.set(key, answer);
  return answer;
}
