import { AppError } from '../domain/app-error.ts';
import type { DocumentText } from '../domain/document.ts';
import type { Lecture, Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';
import { withNames } from '../speakers/lay-names.ts';
import type { Material, StudySentence } from '../ports/writer.ts';
import { isProbablyEnglish } from '../domain/is-probably-english.ts';
import { documentProse } from './document-prose.ts';

/** As BCP 47 writes it. */
const UNKNOWN_LANGUAGE = 'und';

/** So many sentences tell a language. */
const SAMPLED_SENTENCES = 60;

export interface Collected {
  readonly material: Material;
  /** The texts it is made of, in order. */
  readonly texts: readonly (Transcript | DocumentText)[];
}

/**
 * What a lecture's study material is written from: the sentences of the newest text of each source that is not in the
 * trash, recordings before documents, oldest first, each with its exact place.
 *
 * @throws AppError `nothing_to_study` when nothing was transcribed or read, or nobody speaks
 */
export async function collectMaterial(
  store: {
    sources: Pick<Store['sources'], 'ofLecture'>;
    transcripts: Pick<Store['transcripts'], 'latest'>;
    speakers: Store['speakers'];
    documents: Pick<Store['documents'], 'latest'>;
  },
  scope: Scope,
  lecture: Lecture,
): Promise<Collected> {
  const sources = await store.sources.ofLecture(scope, lecture.id);
  const heard = await latestOf(sources, (id) => store.transcripts.latest(scope, id));
  const transcripts = await Promise.all(heard.map((transcript) => withNames(store, scope, transcript)));
  const documents = await latestOf(sources, (id) => store.documents.latest(scope, id));
  const texts = [...transcripts, ...documents];
  if (texts.length === 0) {
    throw new AppError('nothing_to_study', 'The lecture has no transcript yet. Transcribe the lecture first.');
  }
  const sentences = [...transcripts.flatMap(collectSentences), ...documents.flatMap(documentProse)];
  if (sentences.length === 0)
    throw new AppError('nothing_to_study', 'No speech was heard in the lecture, so there is nothing to make notes from.');
  const language = saidLanguage(transcripts, documents) ?? likelyLanguage(sentences);
  return { material: { title: lecture.title, language, sentences }, texts };
}

async function latestOf<T>(sources: readonly Source[], latest: (sourceId: string) => Promise<T | null>): Promise<T[]> {
  return (await Promise.all(sources.map(({ id }) => latest(id)))).filter((text) => text !== null);
}

function saidLanguage(transcripts: readonly Transcript[], documents: readonly DocumentText[]): string | null {
  const spoken = transcripts.find(({ segments, language }) => segments.length > 0 && language !== UNKNOWN_LANGUAGE)?.language;
  return spoken ?? documents.find(({ language }) => language !== null)?.language ?? null;
}

/** Captions and documents often do not say their language: most of these are in English. */
function likelyLanguage(sentences: readonly StudySentence[]): string {
  // From all over the text: it may begin with a page of names.
  const step = Math.ceil(sentences.length / SAMPLED_SENTENCES);
  const sample = sentences.filter((_, index) => index % step === 0).map(({ text }) => text);
  return isProbablyEnglish(sample.join(' ')) ? 'en' : UNKNOWN_LANGUAGE;
}

/** The sentences of a transcript, each with its exact place. */
export function collectSentences({ lectureId, sourceId, version, segments }: Transcript): StudySentence[] {
  let next = 0;
  return segments.flatMap(({ words, speaker }) => {
    const firstWord = next;
    next += words.length;
    const [first, last] = [words[0], words.at(-1)];
    if (!first || !last) return [];
    return [
      {
        lectureId,
        sourceId,
        kind: 'recording' as const,
        textVersion: version,
        text: words.map((word) => word.text).join(' '),
        startMs: first.startMs,
        endMs: last.endMs,
        firstWord,
        lastWord: next - 1,
        page: null,
        startChar: null,
        endChar: null,
        wordConfidences: words.map((word) => word.confidence),
        speaker,
      },
    ];
  });
}
