import type { Passage } from '../../core/domain/passage.ts';
import type { Material, StudySentence } from '../../core/ports/writer.ts';
import { englishTokeniser, plainTokeniser, type Token, type Tokenise } from './english-tokens.ts';
import { stopWords } from './word-lists.ts';

/** A sentence of the material, read. */
export interface Sentence {
  /** Place in `StudyText.sentences`. */
  readonly index: number;
  readonly passage: Passage;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Stems of the words that carry topic, in order, with repetitions. */
  readonly stems: readonly string[];
  /** Places of the tokens that were probably misheard: the engine was unsure and the lecture never says them clearly. */
  readonly doubtful: ReadonlySet<number>;
  /** How sure the engine was of its words on average; 1 for written text. */
  readonly clarity: number;
  /** Who says it; null where that is not known. */
  readonly speaker: string | null;
  /** Silence before it; 0 where times are not known or another source begins. */
  readonly pauseMs: number;
  /** Titles of the headings it stands under, the highest first; empty for speech. */
  readonly headings: readonly string[];
}

export interface StudyText {
  readonly title: string;
  readonly english: boolean;
  /** Several people speak. */
  readonly meeting: boolean;
  readonly sentences: readonly Sentence[];
}

/** In other languages words that stand in more sentences than this carry no topic. */
const COMMON_SHARE = 0.12;

/** Reads the material: words, parts of speech (English only), stems and pauses. */
export function readStudyText(material: Material): StudyText {
  const english = material.language.slice(0, 2) === 'en';
  const tokenise = english ? withoutFirstCapital(englishTokeniser(), material.sentences) : plainTokeniser(material.language);
  const read = material.sentences.map((passage) => tokenise(passage.text));
  const carriesTopic = english ? isEnglishContent : contentTest(read);
  const confidences = material.sentences.map((passage, index) => tokenConfidences(passage, read[index] ?? []));
  const clear = clearStems(read, confidences);
  const sentences = material.sentences.map((passage, index) => {
    const tokens = read[index] ?? [];
    const stems = tokens.filter(carriesTopic).map((token) => token.stem);
    const doubtful = new Set(
      tokens.flatMap((token, i) => ((confidences[index]?.[i] ?? 1) < doubtBelow(token) && !clear.has(token.stem) ? [i] : [])),
    );
    const clarity = mean(confidences[index] ?? []);
    return {
      index,
      passage,
      text: passage.text,
      tokens,
      stems,
      doubtful,
      clarity,
      speaker: passage.speaker ?? null,
      pauseMs: pauseBefore(material.sentences, index),
      headings: passage.headings ?? [],
    };
  });
  const speakers = new Set(material.sentences.flatMap(({ speaker }) => speaker ?? []));
  return { title: material.title, english, meeting: speakers.size > 1, sentences };
}

/** A word that was heard this clearly somewhere is trusted everywhere. */
const CLEAR = 0.75;

/** Engines are unsure of most short words and yet right; of rare ones they are mostly wrong under this posterior. */
function doubtBelow({ lower }: Token): number {
  if (lower.length < 4) return 0.02;
  return stopWords.has(lower) ? 0.1 : 0.4;
}

/** One figure a token; tokens that are parts of a word ("it", "'s") have the word's. */
function tokenConfidences({ text, wordConfidences }: StudySentence, tokens: readonly Token[]): number[] {
  if (!wordConfidences) return tokens.map(() => 1);
  const starts = [...text.matchAll(/\S+/g)].map((match) => match.index);
  let word = 0;
  return tokens.map((token) => {
    while (word + 1 < starts.length && token.start >= (starts[word + 1] ?? 0)) word++;
    return wordConfidences[word] ?? 1;
  });
}

function clearStems(read: readonly (readonly Token[])[], confidences: readonly (readonly number[])[]): Set<string> {
  const heard = read.flatMap((tokens, i) => tokens.filter((_, j) => (confidences[i]?.[j] ?? 1) >= CLEAR));
  return new Set(heard.map((token) => token.stem));
}

/** Whether an English word says what a sentence is about. */
export function isEnglishContent(token: Token): boolean {
  return /^[\p{L}\p{N}]/u.test(token.lower) && token.lower.length > 1 && !stopWords.has(token.lower);
}

function contentTest(read: readonly (readonly Token[])[]): (token: Token) => boolean {
  const sentencesWith = new Map<string, number>();
  for (const tokens of read) {
    for (const lower of new Set(tokens.map((token) => token.lower)))
      sentencesWith.set(lower, (sentencesWith.get(lower) ?? 0) + 1);
  }
  const common = Math.max(4, read.length * COMMON_SHARE);
  return ({ lower, pos }) => pos !== 'PUNCT' && lower.length > 3 && (sentencesWith.get(lower) ?? 0) <= common;
}

/**
 * The tagger takes any capital for a name, so the first word is read in lower case unless the lecture writes it with a
 * capital inside sentences too. Tokens keep the text as written.
 */
function withoutFirstCapital(tokenise: Tokenise, passages: readonly Passage[]): Tokenise {
  const names = new Set(
    passages.flatMap(({ text }) => text.split(/\s+/).slice(1)).map((word) => word.replace(/[^\p{L}'-]/gu, '')),
  );
  return (text) => {
    const first = /^[\p{L}'-]+/u.exec(text)?.[0] ?? '';
    const ordinary = /^\p{Lu}\p{Ll}*$/u.test(first) && first !== 'I' && !names.has(first);
    if (!ordinary) return tokenise(text);
    const read = tokenise(text.slice(0, 1).toLowerCase() + text.slice(1));
    return read.map((token, i) => (i === 0 ? { ...token, text: text.slice(token.start, token.end) } : token));
  };
}

function pauseBefore(passages: readonly Passage[], index: number): number {
  const before = passages[index - 1];
  const passage = passages[index];
  if (!before || !passage || before.sourceId !== passage.sourceId) return 0;
  return Math.max(0, (passage.startMs ?? 0) - (before.endMs ?? passage.startMs ?? 0));
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 1;
}
