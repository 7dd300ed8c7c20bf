import { type Definition, namedTerms } from './definitions.ts';
import type { KeyPhrase, Mention } from './key-phrases.ts';
import type { Importance } from './key-passages.ts';
import type { Sentence, StudyText } from './study-text.ts';

/** A term of the lecture with the sentences that explain it. */
export interface KeyTerm {
  readonly key: string;
  /** In lower case unless it is a name. */
  readonly term: string;
  readonly sentences: readonly Sentence[];
  /** Null when no sentence says what the term is and `sentences` is the one that says most about it. */
  readonly definition: Definition | null;
  readonly mentions: number;
}

/**
 * Terms with a sentence that explains them first, in the order of the lecture, then frequent terms that a sentence
 * says something about. A term that is named only once comes last among the explained ones: it may be misheard.
 */
export function keyTerms(
  text: StudyText,
  phrases: readonly KeyPhrase[],
  definitions: readonly Definition[],
  weights: Importance,
  count: number,
): KeyTerm[] {
  const mentions = new Map(phrases.map((phrase) => [phrase.key, phrase.mentions.length]));
  const explained = bestDefinitions(definitions).map((definition) => ({
    key: definition.key,
    term: definition.term,
    sentences: definition.sentences,
    definition,
    mentions: mentions.get(definition.key) ?? 1,
  }));
  const repeated = explained.filter((term) => term.mentions > 1);
  const single = explained.filter((term) => term.mentions <= 1);
  const named = text.english ? namedTerms(text.sentences) : new Set<string>();
  const known = [...repeated, ...single];
  const described = phrases
    .filter((phrase) => phrase.mentions.length >= leastMentions(phrase, named))
    .flatMap((phrase) => describedTerm(text, phrase, weights, known) ?? []);
  const words = described.filter(({ key }) => !key.includes(' ')).slice(MOST_SINGLE_WORDS);
  return distinct([...known, ...described.filter((term) => !words.includes(term))]).slice(0, count);
}

/** Frequent single words that nothing explains: most are no terms. */
const MOST_SINGLE_WORDS = 5;
/** "Long term memory is very different." tells nothing of it. */
const LEAST_WORDS = 8;

/** One definition a term: the direct ones ("X is", "X means") before "... is called X". */
function bestDefinitions(definitions: readonly Definition[]): Definition[] {
  const best = new Map<string, Definition>();
  for (const definition of definitions) {
    const known = best.get(definition.key);
    if (!known || (known.form === 'called' && definition.form !== 'called')) best.set(definition.key, definition);
  }
  return [...best.values()].sort((a, b) => (a.sentences[0]?.index ?? 0) - (b.sentences[0]?.index ?? 0));
}

/** Single words are terms only when they are frequent, or when the lecture says that something is called so. */
function leastMentions({ key }: KeyPhrase, named: ReadonlySet<string>): number {
  return named.has(key) || key.includes(' ') ? 2 : 4;
}

/** The best sentence that is about the phrase: the phrase is what it begins with. */
function describedTerm(text: StudyText, phrase: KeyPhrase, weights: Importance, explained: readonly KeyTerm[]): KeyTerm[] | null {
  if (explained.some((term) => overlaps(term.key, phrase.key))) return null;
  const telling = ({ sentence }: Mention): boolean =>
    (weights[sentence] ?? 0) > 0 && (text.sentences[sentence]?.text.split(' ').length ?? 0) >= LEAST_WORDS;
  const about = phrase.mentions.filter((mention) => isSubject(text, mention) && telling(mention));
  about.sort((a, b) => (weights[b.sentence] ?? 0) - (weights[a.sentence] ?? 0) || a.sentence - b.sentence);
  const sentence = text.sentences[about[0]?.sentence ?? -1];
  if (!sentence) return null;
  return [{ key: phrase.key, term: phrase.text, sentences: [sentence], definition: null, mentions: phrase.mentions.length }];
}

/** No two terms where one is the other with more words, and no sentence twice. */
function distinct(terms: readonly KeyTerm[]): KeyTerm[] {
  const kept: KeyTerm[] = [];
  for (const term of terms) {
    const double = kept.some(
      (other) =>
        other.key === term.key ||
        (!term.definition && overlaps(other.key, term.key)) ||
        other.sentences.at(-1)?.index === term.sentences.at(-1)?.index,
    );
    if (!double) kept.push(term);
  }
  return kept;
}

function overlaps(a: string, b: string): boolean {
  return ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `);
}

function isSubject({ sentences, english }: StudyText, { sentence, first, last }: Mention): boolean {
  const tokens = sentences[sentence]?.tokens ?? [];
  if (!english) return first <= 2;
  // "The exit is not hot" is about one exit, "The nested loops are ..." about all of them.
  const isWord = first === last && !/\p{Lu}/u.test(tokens[first]?.text ?? '');
  const starts = first === 0 || (first === 1 && (isWord ? /^an?$/.test(tokens[0]?.lower ?? '') : tokens[0]?.pos === 'DET'));
  // the tagger takes some verbs for plurals: "consolidation moves new memories"
  return (
    starts &&
    (/^(AUX|VERB)$/.test(tokens[last + 1]?.pos ?? '') ||
      /^(moves|shows|makes|helps|means|gives|keeps)$/.test(tokens[last + 1]?.lower ?? ''))
  );
}
