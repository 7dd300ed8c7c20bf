import type { Segment, Word } from './transcript.ts';

/** A word and who says it; null when nobody told. */
export interface SpokenWord extends Word {
  readonly speaker: string | null;
}

/** A silence so long ends a sentence, whatever its punctuation. */
const LONG_PAUSE_MS = 2_000;
/** Text without punctuation is cut at the first line after so long. */
const LONG_SENTENCE_MS = 20_000;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*$/u;

/** The segments of a transcript from lines that were written elsewhere (captions, other systems): lines are joined to sentences. */
export function segmentsOfLines(lines: readonly (readonly SpokenWord[])[]): Segment[] {
  const segments: Segment[] = [];
  let open: SpokenWord[] = [];
  const close = (): void => {
    if (open.length > 0) segments.push(segmentOf(segments.length, open));
    open = [];
  };
  for (const line of lines) {
    if (line[0] && open[0] && line[0].startMs - open[0].startMs > LONG_SENTENCE_MS) close();
    for (const word of line) {
      const last = open.at(-1);
      if (last && (last.speaker !== word.speaker || word.startMs - last.endMs > LONG_PAUSE_MS)) close();
      open.push(word);
      if (SENTENCE_END.test(word.text)) close();
    }
  }
  close();
  return segments;
}

function segmentOf(id: number, words: readonly SpokenWord[]): Segment {
  return {
    id,
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
    speaker: words[0]?.speaker ?? null,
    text: words.map(({ text }) => text).join(' '),
    confidence: words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length,
    words: words.map(({ text, startMs, endMs, confidence }) => ({ text, startMs, endMs, confidence })),
  };
}
