import type { KeyPhrase, Mention } from './key-phrases.ts';
import type { Importance } from './key-passages.ts';
import type { KeyTerm } from './key-terms.ts';
import { oddities } from './sentence-quality.ts';
import type { Sentence, StudyText } from './study-text.ts';
import { emptyAdjectives } from './word-lists.ts';

/** A question whose answer is whole sentences of the lecture. */
export interface Question {
  readonly kind: 'definition' | 'what-happens' | 'reason' | 'gap';
  readonly question: string;
  readonly answer: string;
  readonly sentences: readonly Sentence[];
  /** The phrase that fills the gap, for gaps. */
  readonly gap: { readonly key: string; readonly text: string } | null;
}

/** "What is working memory?", answered by the sentence that explains it. */
export function definitionQuestion(term: KeyTerm): Question | null {
  const { definition } = term;
  if (!definition) return null;
  return {
    kind: 'definition',
    question: definitionFront(term),
    answer: term.sentences.map((sentence) => sentence.text).join(' '),
    sentences: term.sentences,
    gap: null,
  };
}

function definitionFront(term: KeyTerm): string {
  const article = term.definition?.article ?? '';
  const name = article ? `${article} ${term.term}` : term.term;
  if (term.definition?.form === 'means') return article ? `What is ${name}?` : `What does "${term.term}" mean?`;
  return term.definition?.form === 'are' ? `What are ${name}?` : `What is ${name}?`;
}

const condition = /^((?:if|when|whenever|each time|every time|once|during|as soon as) [^,]{6,90}), (.{15,})[.]$/i;
const because = /^(?:And |But |So )?(.{15,}?),? because (.{12,})[.]$/;
/** Nothing in the shown half may lean on another sentence. */
const open = /\b(it|its|such|this|that|these|those|he|she|they|them|his|her|their|here|there)\b/i;

/** What the speaker does or thinks is nothing to learn. */
const personal = /\b(i|i'm|i've|i'd|my|me|we're|we've)\b/i;
const aside =
  /^(for example|for instance|or|and|but|then again|because|otherwise|again|of course|obviously|actually|no|yes|so)\b/i;

/** "If a new idea arrives, an older one is pushed out." -> "What happens if a new idea arrives?" */
export function happensQuestion(sentence: Sentence): Question | null {
  const match = condition.exec(sentence.text);
  const [, clause = '', result = ''] = match ?? [];
  const told = clause.split(' ').length > 3 && !personal.test(clause) && !aside.test(result);
  if (
    !match ||
    !told ||
    open.test(clause) ||
    /^(please|let|you (should|can|need|must))\b/i.test(result) ||
    oddities(sentence.tokens) > 0
  )
    return null;
  return question('what-happens', `What happens ${clause.slice(0, 1).toLowerCase()}${clause.slice(1)}?`, sentence);
}

/** "Forgetting is no fault, because it clears away details." -> "Why? Forgetting is no fault." */
export function reasonQuestion(sentence: Sentence): Question | null {
  const [, claim = ''] = because.exec(sentence.text) ?? [];
  if (
    !claim ||
    open.test(claim) ||
    personal.test(claim) ||
    aside.test(claim) ||
    /^(finally|however|thus|therefore|moreover|furthermore)\b|\bfor (example|instance)$/i.test(claim) ||
    claim.split(/\s+/).length < 4 ||
    oddities(sentence.tokens) > 0
  )
    return null;
  const start = `${claim.slice(0, 1).toUpperCase()}${claim.slice(1)}`;
  return question('reason', `Give the reason: "${start}."`, sentence);
}

/** Only what the lecture is about is worth a gap. */
const GAP_PHRASES = 40;

/** The sentence with its most telling phrase left out. The rest must not hold the phrase again. */
export function gapQuestion(text: StudyText, sentence: Sentence, phrases: readonly KeyPhrase[]): Question | null {
  const best = phrases
    .slice(0, GAP_PHRASES)
    .filter((phrase) => phrase.mentions.length > 1)
    .flatMap((phrase) =>
      phrase.mentions.filter((mention) => mention.sentence === sentence.index).map((mention) => ({ phrase, mention })),
    )
    // the start of a sentence gives too little to go on; people's names are no knowledge
    .filter(({ mention }) => mention.first > 2 && !isName(sentence, mention.first) && !isPart(sentence, mention))
    .filter(({ mention }) => !isPointedAt(sentence, mention))
    .sort((a, b) => b.phrase.score - a.phrase.score)[0];
  if (!best) return null;
  const { first, last } = best.mention;
  const [from, to] = [sentence.tokens[first]?.start ?? 0, sentence.tokens[last]?.end ?? 0];
  const stems = new Set(best.phrase.key.split(' '));
  const again = sentence.tokens.some((token, i) => (i < first || i > last) && stems.has(token.stem));
  if (again && text.english) return null;
  const gapped = `${sentence.text.slice(0, from)}_____${sentence.text.slice(to)}`;
  return { ...question('gap', gapped, sentence), gap: { key: best.phrase.key, text: sentence.text.slice(from, to) } };
}

/** Of the weight of the most important sentence. */
const ASKABLE = 0.3;

/** Sentences that are worth asking about, the most important first. */
export function askable(text: StudyText, weights: Importance): Sentence[] {
  const least = ASKABLE * Math.max(...weights);
  return text.sentences
    .filter((sentence) => (weights[sentence.index] ?? 0) > least)
    .sort((a, b) => (weights[b.index] ?? 0) - (weights[a.index] ?? 0) || a.index - b.index);
}

function question(kind: Question['kind'], asked: string, sentence: Sentence): Question {
  return { kind, question: asked, answer: sentence.text, sentences: [sentence], gap: null };
}

/** "study" in "study time", "training" in "staff training": the gap would leave half a name. */
function isPart({ tokens, text }: Sentence, { first, last }: Mention): boolean {
  const [before, after] = [tokens[first - 1], tokens[last + 1]];
  const [start, end] = [tokens[first]?.start ?? 0, tokens[last]?.end ?? 0];
  // "high-end", "OpenOffice.org"
  const joined = /[-–/.@_]$/.test(text.slice(0, start)) || /^(?:[-–/@_]|\.[\p{L}\p{N}])/u.test(text.slice(end));
  const led = /^(NOUN|PROPN|ADJ)$/.test(before?.pos ?? '') && !emptyAdjectives.has(before?.lower ?? '');
  return joined || led || /^(NOUN|PROPN)$/.test(after?.pos ?? '');
}

/** "in this release", "all these layers": what it is was said before. */
function isPointedAt({ tokens }: Sentence, { first }: Mention): boolean {
  const before = tokens[first - 1]?.pos === 'ADJ' ? tokens[first - 2] : tokens[first - 1];
  return /^(this|that|these|those|such)$/.test(before?.lower ?? '');
}

function isName(sentence: Sentence, at: number): boolean {
  return sentence.tokens[at]?.pos === 'PROPN';
}
