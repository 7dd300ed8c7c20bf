import type { KeyPhrase } from './key-phrases.ts';
import type { KeyTerm } from './key-terms.ts';
import { gapQuestion, type Question } from './questions.ts';
import type { Sentence, StudyText } from './study-text.ts';
import { fnv1a } from './vectors.ts';

export interface ChoiceQuestion {
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly sentences: readonly Sentence[];
}

const DISTRACTORS = 3;

/** "Which of these is the small store that ...?" with other terms of the lecture to choose from; null with too few of them. */
export function termChoice(term: KeyTerm, terms: readonly KeyTerm[], phrases: readonly KeyPhrase[]): ChoiceQuestion | null {
  const { definition } = term;
  const sentence = term.sentences.at(-1);
  if (!definition || !sentence || definition.form === 'called' || definition.form === 'are') return null;
  const asked = definition.form === 'means' ? 'means' : 'is';
  const shown = `Which of these ${asked} ${definition.complement}?`;
  if (gives(shown, term.key, sentence)) return null;
  const others = terms.filter((other) => other.definition).map(({ key, term: name }) => ({ key, text: name }));
  const fillers = bySize(asChoices(phrases.filter((phrase) => phrase.mentions.length > 1)), term.key);
  return choice(shown, { key: term.key, text: term.term }, [...rotate(others, shown), ...fillers], sentence);
}

/**
 * A sentence with a gap, and phrases of the same kind to fill it. Only terms of several words are asked for: too often another
 * single word ("pupils" for "learners") would be right as well.
 */
export function gapChoice(text: StudyText, sentence: Sentence, phrases: readonly KeyPhrase[]): ChoiceQuestion | null {
  const gap = gapQuestion(text, sentence, phrases);
  const own = phrases.find(({ key }) => key === gap?.gap?.key);
  if (!gap?.gap || !own?.key.includes(' ')) return null;
  const written = gap.gap.text;
  const plural = isPlural(written);
  const fitting = phrases.filter(
    (phrase) =>
      isPlural(phrase.text) === plural &&
      phrase.mentions.length > 1 &&
      !neighbours(phrase, sentence.index) &&
      !isNamed(text, phrase),
  );
  const shown = `Which words fill the gap? "${gap.question}"`;
  return choice(shown, { key: own.key, text: written }, bySize(asChoices(fitting.slice(0, 60)), own.key), sentence);
}

/** Practice needs its own wording where a flashcard has the same question. */
export function shortAnswer(question: Question): { question: string; answer: string; sentences: readonly Sentence[] } {
  const asked = question.kind === 'gap' ? `Complete the sentence: "${question.question}"` : question.question;
  return { question: asked, answer: question.answer, sentences: question.sentences };
}

interface Choice {
  readonly key: string;
  readonly text: string;
}

/** The first three candidates that are neither the answer nor told by the question; null when there are fewer. */
function choice(shown: string, right: Choice, candidates: readonly Choice[], sentence: Sentence): ChoiceQuestion | null {
  const stems = ` ${sentence.tokens.map((token) => token.stem).join(' ')} `;
  const wrong: Choice[] = [];
  for (const other of candidates) {
    const taken = [right, ...wrong].some((known) => isPartOf(known.key, other.key) || isPartOf(other.key, known.key));
    if (!taken && !stems.includes(` ${other.key} `)) wrong.push(other);
    if (wrong.length === DISTRACTORS) break;
  }
  if (wrong.length < DISTRACTORS) return null;
  const options = [right, ...wrong].map(({ text }) => text);
  options.sort((a, b) => fnv1a(`${shown}|${a}`) - fnv1a(`${shown}|${b}`));
  return { question: shown, options, answer: right.text, sentences: [sentence] };
}

/** Those with about as many words as the answer first, so that its length does not give it away. */
function bySize(choices: readonly Choice[], key: string): Choice[] {
  const size = key.split(' ').length;
  return [...choices].sort((a, b) => Math.abs(a.key.split(' ').length - size) - Math.abs(b.key.split(' ').length - size));
}

/** Begins at another place for each question, so that not all of them offer the same terms. */
function rotate(choices: readonly Choice[], shown: string): Choice[] {
  const start = choices.length > 0 ? fnv1a(shown) % choices.length : 0;
  return [...choices.slice(start), ...choices.slice(0, start)];
}

function asChoices(phrases: readonly KeyPhrase[]): Choice[] {
  return phrases.map(({ key, text }) => ({ key, text }));
}

/** Whether the shown text holds a word of the term, in any form. */
function gives(shown: string, key: string, sentence: Sentence): boolean {
  const stems = new Set(key.split(' '));
  const words = new Set(shown.toLowerCase().split(/[^\p{L}\p{N}'-]+/u));
  return sentence.tokens.some(
    (token) => stems.has(token.stem) && words.has(token.lower) && !/^(term|kind|type)$/.test(token.lower),
  );
}

function isPartOf(part: string, whole: string): boolean {
  return ` ${whole} `.includes(` ${part} `);
}

function isPlural(text: string): boolean {
  return /[^s]s$/.test(text);
}

function neighbours(phrase: KeyPhrase, index: number): boolean {
  return phrase.mentions.some((mention) => Math.abs(mention.sentence - index) <= 1);
}

function isNamed(text: StudyText, phrase: KeyPhrase): boolean {
  return phrase.mentions.some(({ sentence, first, last }) =>
    text.sentences[sentence]?.tokens.slice(first, last + 1).some((token) => token.pos === 'PROPN'),
  );
}
