import type { Word } from '@scholium/contract';
import { bare, capitalise, properForm } from './sentence-words.ts';

/**
 * Writes the words of one sentence as one reads them: a capital at the start, a full stop or question mark at the end, and in
 * English "I" and a few names that are always capitalised, and `names`: how the course writes what is lower case here. Words keep their number, order, times and confidence.
 */
export function spellSentence(words: readonly Word[], language: string, names: ReadonlyMap<string, string> = NONE): Word[] {
  const english = language === 'en';
  const end = english && asks(words.map((word) => bare(word.text))) ? '?' : '.';
  return words.map((word, i) => {
    const name = english ? nameOf(word.text, names) : null;
    let text = name ?? (english ? properForm(word.text) : word.text);
    // A name keeps its own way to begin: mRNA.
    if (i === 0 && name === null) text = capitalise(text);
    if (i === words.length - 1 && !/[.?!…]["')\]]*$/.test(text)) text = `${text.replace(/[,;:]+$/, '')}${end}`;
    return { ...word, text };
  });
}

const NONE: ReadonlyMap<string, string> = new Map();

/** How names of a course are written, by their lower case: what has a capital among its terms. */
export function namesIn(vocabulary: readonly string[]): ReadonlyMap<string, string> {
  return new Map(vocabulary.filter((term) => /\p{Lu}/u.test(term)).map((term) => [term.toLowerCase(), term]));
}

function nameOf(word: string, names: ReadonlyMap<string, string>): string | null {
  const stem = word.replace(/['’]s$/, '');
  const name = names.get(stem.toLowerCase());
  return name === undefined ? null : name + word.slice(stem.length);
}

const auxiliary =
  /^(is|are|was|were|do|does|did|can|could|should|would|will|might|has|have|isn't|aren't|don't|doesn't|didn't|can't)$/;
const subject = /^(i|you|we|he|she|it|they|there|this|that|these|those|anyone|anybody|someone|everybody|everyone)$/;
const lead = /^(so|and|but|now|well|okay|ok|then|or)$/;

/** Whether the words read as a question: a question word or a verb, followed by what a question goes on with. */
function asks(words: readonly string[]): boolean {
  const [first = '', second = '', ...rest] = words.slice(words.findIndex((word) => !lead.test(word)));
  if (rest.length === 0) return false;
  if (auxiliary.test(first)) return subject.test(second);
  if (first === 'what') return auxiliary.test(second) && !statesWhatIs(second, rest);
  if (/^(how|why|where|when)$/.test(first)) return auxiliary.test(second);
  return first === 'who' && /^(can|could|does|did|would|knows|wants)$/.test(second);
}

/** "What is important is that ..." says something, "what is a tide" asks. */
function statesWhatIs(second: string, rest: readonly string[]): boolean {
  return /^(is|are|was|were)$/.test(second) && rest.some((word) => /^(is|are|was|were)$/.test(word));
}
