import { AppError } from '../domain/app-error.ts';
import type { Lecture } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';
import type { Material, StudySentence } from '../ports/writer.ts';

export interface Collected {
  readonly material: Material;
  /** The texts it is made of, in order. */
  readonly transcripts: readonly Transcript[];
}

/**
 * What a lecture's study material is written from: the sentences of the newest transcript of each recording that is not in the
 * trash, oldest recording first, each with its exact words.
 *
 * @throws AppError `nothing_to_study` when nothing was transcribed or nobody speaks
 */
export async function collectMaterial(
  store: { sources: Pick<Store['sources'], 'ofLecture'>; transcripts: Pick<Store['transcripts'], 'latest'> },
  scope: Scope,
  lecture: Lecture,
): Promise<Collected> {
  const sources = await store.sources.ofLecture(scope, lecture.id);
  const latest = await Promise.all(sources.map((source) => store.transcripts.latest(scope, source.id)));
  const transcripts = latest.filter((transcript) => transcript !== null);
  if (transcripts.length === 0) {
    throw new AppError('nothing_to_study', 'The lecture has no transcript yet. Transcribe the lecture first.');
  }
  const sentences = transcripts.flatMap(sentencesOf);
  const language = transcripts.find((transcript) => transcript.segments.length > 0)?.language;
  if (!language)
    throw new AppError('nothing_to_study', 'No speech was heard in the lecture, so there is nothing to make notes from.');
  return { material: { title: lecture.title, language, sentences }, transcripts };
}

function sentencesOf({ lectureId, sourceId, version, segments }: Transcript): StudySentence[] {
  let next = 0;
  return segments.flatMap(({ words }) => {
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
      },
    ];
  });
}
