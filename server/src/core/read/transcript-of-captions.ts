import type { Caption } from '../domain/caption.ts';
import type { Segment, Word } from '../domain/transcript.ts';

/** A silence so long ends a sentence, whatever its punctuation. */
const LONG_PAUSE_MS = 2_000;
/** Captions without punctuation are cut at the first line after so long. */
const LONG_SENTENCE_MS = 20_000;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*$/u;

/**
 * The segments of a transcript from captions: lines are joined to sentences, each word gets its share of its line's time
 * by its length.
 */
export function segmentsOfCaptions(captions: readonly Caption[]): Segment[] {
  const segments: Segment[] = [];
  let open: { speaker: string | null; words: Word[] } | null = null;
  const close = (): void => {
    if (open) segments.push(segmentOf(segments.length, open));
    open = null;
  };
  for (const caption of captions) {
    const last: Word | undefined = open?.words.at(-1);
    const first: Word | undefined = open?.words[0];
    if (open && last && first) {
      const isOther = open.speaker !== caption.speaker || caption.startMs - last.endMs > LONG_PAUSE_MS;
      if (isOther || caption.startMs - first.startMs > LONG_SENTENCE_MS) close();
    }
    for (const word of wordsOf(caption)) {
      open ??= { speaker: caption.speaker, words: [] };
      open.words.push(word);
      if (SENTENCE_END.test(word.text)) close();
    }
  }
  close();
  return segments;
}

function segmentOf(id: number, { speaker, words }: { speaker: string | null; words: readonly Word[] }): Segment {
  return {
    id,
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
    speaker,
    text: words.map(({ text }) => text).join(' '),
    confidence: 1,
    words: [...words],
  };
}

function wordsOf({ startMs, endMs, text }: Caption): Word[] {
  const texts = text.split(/\s+/).filter((word) => word !== '');
  const total = texts.reduce((sum, word) => sum + word.length + 1, 0);
  let before = 0;
  const timeAt = (letters: number): number => startMs + Math.round(((endMs - startMs) * letters) / total);
  return texts.map((word) => {
    const from = timeAt(before);
    before += word.length + 1;
    return { text: word, startMs: from, endMs: timeAt(before), confidence: 1 };
  });
}
