import type { DocumentText } from '../domain/document.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { Store } from '../ports/store.ts';
import type { IndexSourcePayload } from './index-source.job.ts';
import { documentPassages } from './document-passages.ts';
import { passagesOf } from './passages-of.ts';
import { sampleOf, understands } from './understands.ts';

export interface PutPassagesDeps {
  readonly store: Pick<Store, 'courses' | 'lectures' | 'sources' | 'transcripts' | 'documents'>;
  readonly searchIndex: Pick<SearchIndex, 'replace' | 'remove'>;
}

export interface IndexSourceDeps extends PutPassagesDeps {
  readonly searchIndex: Pick<SearchIndex, 'replace' | 'remove' | 'withoutVector' | 'addVectors'>;
  /** Null when text is searched by words only. */
  readonly embedder: Embedder | null;
}

export interface PutPassagesInput extends IndexSourcePayload {
  readonly scope: Scope;
}

export interface IndexSourceInput extends PutPassagesInput {
  readonly onProgress: (fraction: number, message: string) => void;
}

export interface IndexSourceResult {
  readonly sourceId: string;
  readonly textVersion: number;
  readonly passages: number;
  /** How many of them can be found by meaning now; 0 when no embedder knows the language. */
  readonly withMeaning: number;
}

/** Texts embedded between two reports of progress; also how many are stored in one step. */
const BATCH = 16;

/**
 * Makes a version of a source's text searchable: by words at once, then by meaning. May be stopped and begun again at
 * any time; passages that have their vector are not embedded twice. When the source is gone or has a newer text,
 * nothing is put in.
 *
 * @throws AppError `search_unavailable`, `model_unavailable`, `cancelled`
 */
export async function indexSource(
  deps: IndexSourceDeps,
  input: IndexSourceInput,
  signal: AbortSignal,
): Promise<IndexSourceResult> {
  const { scope, sourceId, textVersion, onProgress } = input;
  const text = await putText(deps, input, signal);
  if (!text) return { sourceId, textVersion, passages: 0, withMeaning: 0 };
  if (!deps.embedder || !understands(deps.embedder, text)) {
    return { sourceId, textVersion, passages: text.passages, withMeaning: 0 };
  }

  const { id: embedderId } = deps.embedder;
  const waiting = await deps.searchIndex.withoutVector(scope, embedderId, sourceId);
  let withMeaning = text.passages - waiting.length;
  for (let start = 0; start < waiting.length; start += BATCH) {
    onProgress(withMeaning / text.passages, `Made ${withMeaning} of ${text.passages} passages searchable by meaning.`);
    const batch = waiting.slice(start, start + BATCH);
    const vectors = await deps.embedder.embed(
      batch.map((passage) => passage.text),
      'passage',
      signal,
    );
    signal.throwIfAborted();
    const pairs = batch.flatMap(({ id }, index) => {
      const vector = vectors[index];
      return vector ? [{ id, vector }] : [];
    });
    await deps.searchIndex.addVectors(scope, embedderId, pairs);
    withMeaning += pairs.length;
  }
  return { sourceId, textVersion, passages: text.passages, withMeaning };
}

/**
 * The first half of `indexSource`: the passages can be found by words when it returns.
 *
 * @returns how many passages there are; 0 when the source is gone or has a newer text.
 * @throws AppError `search_unavailable`
 */
export async function putPassages(deps: PutPassagesDeps, input: PutPassagesInput, signal: AbortSignal): Promise<number> {
  return (await putText(deps, input, signal))?.passages ?? 0;
}

async function putText(
  { store, searchIndex }: PutPassagesDeps,
  { scope, sourceId, textVersion }: PutPassagesInput,
  signal: AbortSignal,
): Promise<IndexedText | null> {
  const source = await findAnywhere(store, scope, sourceId);
  const text = source && (await latestText(store, scope, sourceId));
  if (!text) {
    await searchIndex.remove(scope, sourceId);
    return null;
  }
  // Another job puts the newer text in.
  if (text.version !== textVersion) return null;
  const place = await placeOf(store, scope, text);
  const passages = 'pages' in text ? documentPassages(text, place) : passagesOf(text, place);
  signal.throwIfAborted();
  await searchIndex.replace(scope, sourceId, passages);
  return { passages: passages.length, language: text.language, sample: sampleOf(passages) };
}

/** A source has the one or the other: what was said in it, or what stands in it. */
async function latestText(
  store: PutPassagesDeps['store'],
  scope: Scope,
  sourceId: string,
): Promise<Transcript | DocumentText | null> {
  return (await store.transcripts.latest(scope, sourceId)) ?? store.documents.latest(scope, sourceId);
}

/** A source in the trash is indexed too, so that it is searchable again the moment it is restored. */
async function findAnywhere(store: PutPassagesDeps['store'], scope: Scope, sourceId: string): Promise<Source | null> {
  return (await store.sources.find(scope, sourceId)) ?? store.sources.find(scope, sourceId, { trashed: true });
}

async function placeOf(
  { lectures, courses }: PutPassagesDeps['store'],
  scope: Scope,
  { lectureId }: { readonly lectureId: string },
): Promise<{ courseId: string; courseTitle: string; lectureTitle: string }> {
  const lecture = (await lectures.find(scope, lectureId)) ?? (await lectures.find(scope, lectureId, { trashed: true }));
  const course =
    lecture &&
    ((await courses.find(scope, lecture.courseId)) ?? (await courses.find(scope, lecture.courseId, { trashed: true })));
  return { courseId: lecture?.courseId ?? '', courseTitle: course?.title ?? '', lectureTitle: lecture?.title ?? '' };
}

interface IndexedText {
  readonly passages: number;
  readonly language: string | null;
  /** Some of the text, from its whole length. */
  readonly sample: string;
}
