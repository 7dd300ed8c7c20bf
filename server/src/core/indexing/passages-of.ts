import { passageIds, type IndexedPassage } from '../domain/passage.ts';
import type { Segment, Transcript, Word } from '../domain/transcript.ts';

/** A passage ends at the first sentence that brings it to this many words. */
export const GOOD_WORDS = 60;

/** The embedder hears about 80 words in full (128 tokens), so no passage is longer. */
export const MAX_WORDS = 80;

/** Where the passages belong and what they are titled. */
export interface PassagePlace {
  readonly courseId: string;
  readonly courseTitle: string;
  readonly lectureTitle: string;
}

/**
 * Cuts a transcript into passages of about 60 to 80 words that follow each other without gaps, ending where
 * sentences end; only a sentence of more than 80 words is cut inside. Ranges index into `wordsOf(transcript)`.
 *
 * @example passagesOf(transcript, { courseId, courseTitle: 'Physics', lectureTitle: 'Tides' })
 */
export function passagesOf(transcript: Transcript, place: PassagePlace): IndexedPassage[] {
  const passages: IndexedPassage[] = [];
  const idOf = passageIds(transcript.sourceId);
  let firstWord = 0;
  let gathered: Word[] = [];
  const close = (): void => {
    if (gathered.length === 0) return;
    const passage = passageOf(transcript, place, { firstWord, words: gathered });
    passages.push({ ...passage, id: idOf(passage) });
    firstWord += gathered.length;
    gathered = [];
  };
  for (const words of transcript.segments.flatMap(piecesOf)) {
    if (gathered.length + words.length > MAX_WORDS) close();
    gathered.push(...words);
    if (gathered.length >= GOOD_WORDS) close();
  }
  close();
  return passages;
}

/** A segment's words; cut into even pieces when there are too many for one passage. */
function piecesOf(segment: Segment): Word[][] {
  const count = segment.words.length;
  const pieces = Math.ceil(count / MAX_WORDS);
  const cut = (piece: number): number => Math.round((piece * count) / pieces);
  return Array.from({ length: pieces }, (_, piece) => segment.words.slice(cut(piece), cut(piece + 1)));
}

function passageOf(
  transcript: Transcript,
  place: PassagePlace,
  { firstWord, words }: { firstWord: number; words: readonly Word[] },
): Omit<IndexedPassage, 'id'> {
  return {
    courseId: place.courseId,
    lectureId: transcript.lectureId,
    sourceId: transcript.sourceId,
    kind: 'recording',
    textVersion: transcript.version,
    text: words.map((word) => word.text).join(' '),
    context: `${place.courseTitle} ${place.lectureTitle}`.trim(),
    startMs: words[0]?.startMs ?? null,
    endMs: words.at(-1)?.endMs ?? null,
    firstWord,
    lastWord: firstWord + words.length - 1,
    page: null,
    startChar: null,
    endChar: null,
  };
}
