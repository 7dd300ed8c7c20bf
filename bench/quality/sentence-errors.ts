import { alignWords } from '../speech/align-words.ts';
import { normaliseWords } from '../speech/word-errors.ts';

export interface BoundaryScore {
  readonly right: number;
  /** Sentences that end in the text that was made, and in the reference. */
  readonly made: number;
  readonly expected: number;
}

/**
 * Where sentences end, against a reference with punctuation: words are aligned, and an end counts as right when it stands after the word
 * that was heard for the last one of a sentence. The end of everything is no question and is left out.
 */
export function sentenceErrors(reference: string, heard: string): BoundaryScore {
  const [expected, found] = [endsOf(reference), endsOf(heard)];
  const steps = alignWords(expected.words, found.words);
  let right = 0;
  for (const step of steps)
    if ((step.kind === 'same' || step.kind === 'replaced') && expected.ends.has(step.reference) && found.ends.has(step.heard))
      right += 1;
  return { right, made: found.ends.size, expected: expected.ends.size };
}

export function f1({ right, made, expected }: BoundaryScore): number {
  return made + expected === 0 ? 1 : (2 * right) / (made + expected);
}

/** The words, and the indexes of those that end a sentence before the last one. */
function endsOf(text: string): { words: readonly string[]; ends: ReadonlySet<number> } {
  const words: string[] = [];
  const ends = new Set<number>();
  for (const token of text.split(/\s+/)) {
    words.push(...normaliseWords(token));
    if (/[.!?…]["')\]]*$/.test(token) && words.length > 0) ends.add(words.length - 1);
  }
  ends.delete(words.length - 1);
  return { words, ends };
}
