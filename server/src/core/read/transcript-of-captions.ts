import type { Caption } from '../domain/caption.ts';
import { segmentsOfLines, type SpokenWord } from '../domain/spoken-lines.ts';
import type { Segment } from '../domain/transcript.ts';

/** The segments of a transcript from captions: each word gets its share of its line's time by its length. */
export function segmentsOfCaptions(captions: readonly Caption[]): Segment[] {
  return segmentsOfLines(captions.map(wordsOf));
}

/** The words of a line of captions. */
export function wordsOf({ startMs, endMs, speaker, text }: Caption): SpokenWord[] {
  const texts = text.split(/\s+/).filter((word) => word !== '');
  const total = texts.reduce((sum, word) => sum + word.length + 1, 0);
  let before = 0;
  const timeAt = (letters: number): number => startMs + Math.round(((endMs - startMs) * letters) / total);
  return texts.map((word) => {
    const from = timeAt(before);
    before += word.length + 1;
    return { text: word, startMs: from, endMs: timeAt(before), confidence: 1, speaker };
  });
}
