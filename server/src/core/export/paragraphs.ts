import type { Segment } from '../domain/transcript.ts';

export interface Paragraph {
  readonly startMs: number;
  readonly speaker: string | null;
  readonly text: string;
}

/** A pause this long begins a paragraph, once there is enough text for one. */
const PAUSE_MS = 1_500;
const ENOUGH_CHARACTERS = 300;
/** Longer than this is hard to read in one piece. */
const TOO_MANY_CHARACTERS = 800;

/** Sentences gathered into paragraphs by pause, speaker and length; one begins at each of `breaksMs` too. */
export function paragraphsOf(segments: readonly Segment[], breaksMs: readonly number[] = []): readonly Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let sentences: Segment[] = [];
  const close = (): void => {
    const [first] = sentences;
    if (first) paragraphs.push({ startMs: first.startMs, speaker: first.speaker, text: textOf(sentences) });
    sentences = [];
  };
  for (const segment of segments) {
    const last = sentences.at(-1);
    const length = textOf(sentences).length;
    const isPause = last !== undefined && segment.startMs - last.endMs >= PAUSE_MS && length >= ENOUGH_CHARACTERS;
    const isBreak = last !== undefined && breaksMs.some((ms) => ms > last.startMs && ms <= segment.startMs);
    if (isPause || isBreak || length >= TOO_MANY_CHARACTERS || (last && last.speaker !== segment.speaker)) close();
    if (oneLine(segment.text) !== '') sentences.push(segment);
  }
  close();
  return paragraphs;
}

/** Text without line breaks and other control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

function textOf(sentences: readonly Segment[]): string {
  return sentences.map((sentence) => oneLine(sentence.text)).join(' ');
}
