import { isParticiple, type Token } from './english-tokens.ts';
import { leansBack, oddities } from './sentence-quality.ts';
import type { Sentence } from './study-text.ts';
import { isGeneric } from './word-lists.ts';

/** A sentence that explains a term. */
export interface Definition {
  /** The term as written in the sentence, without article, in lower case unless it is a name. */
  readonly term: string;
  /** Its stems, as in `KeyPhrase.key`. */
  readonly key: string;
  /** `a`, `an`, `the` or empty, as the sentence has it. */
  readonly article: string;
  /** `is`: "X is the Y"; `means`: "X means Y"; `called`: "Y is called X". */
  readonly form: 'is' | 'are' | 'means' | 'called';
  /** What follows the verb, to the end of the sentence without the full stop; for `called` the part before it. */
  readonly complement: string;
  /** The sentences that explain it, in order: the sentence, and the one before it when it leans on that. */
  readonly sentences: readonly Sentence[];
}

const TERM_WORDS = 4;

/** Finds the sentences that explain a term, in the order of the lecture. English only. */
export function findDefinitions(sentences: readonly Sentence[]): Definition[] {
  return sentences.flatMap((sentence) => {
    if (!/[.!]["')]?$/.test(sentence.text) || sentence.tokens.length > 50 || misheard(sentence)) return [];
    const found = subjectDefinition(sentence) ?? calledDefinition(sentence, sentences[sentence.index - 1]);
    return found && isTerm(found) ? [found] : [];
  });
}

/** Keys of all terms the lecture names by "is called", "known as", explained well or not. */
export function namedTerms(sentences: readonly Sentence[]): Set<string> {
  return new Set(sentences.flatMap((sentence) => calledTerm(sentence)?.key ?? []));
}

/** A term is only worth learning when what explains it was heard well. */
function misheard(sentence: Sentence): boolean {
  return oddities(sentence.tokens) + sentence.doubtful.size > 0;
}

/** "Working memory is the small store that ...", "Chunking means ...". */
function subjectDefinition(sentence: Sentence): Definition | null {
  const { tokens } = sentence;
  const article = /^(a|an|the)$/.test(tokens[0]?.lower ?? '') ? (tokens[0]?.lower ?? '') : '';
  const first = article ? 1 : 0;
  const verb = tokens.findIndex((token, i) => i > first && /^(is|are|means|refers|describes|mean|refer)$/.test(token.lower));
  if (verb < 0 || verb - first > TERM_WORDS || !tokens.slice(first, verb).every(isTermWord)) return null;
  const form = formOf(tokens, verb);
  if (!form) return null;
  const complement = sentence.text.slice(tokens[form.from]?.start ?? 0).replace(/[.!]["')]?$/, '');
  if (complement.split(/\s+/).length < 4) return null;
  return { ...named(sentence, first, verb - 1), article, form: form.form, complement, sentences: [sentence] };
}

function formOf(tokens: readonly Token[], verb: number): { form: Definition['form']; from: number } | null {
  const word = tokens[verb]?.lower ?? '';
  const next = tokens[verb + 1]?.lower ?? '';
  if (/^(means|mean)$/.test(word)) return { form: 'means', from: verb + 1 };
  if (/^(refers|refer)$/.test(word)) return next === 'to' ? { form: 'means', from: verb + 2 } : null;
  if (word === 'describes') return /^(the|a|an|how|what)$/.test(next) ? { form: 'means', from: verb + 1 } : null;
  if (next === 'defined' && tokens[verb + 2]?.lower === 'as') return { form: word === 'are' ? 'are' : 'is', from: verb + 3 };
  if (word === 'is') return /^(a|an|the|any|when|where|how|what)$/.test(next) ? { form: 'is', from: verb + 1 } : null;
  // "cells are small units that ...": a plural is explained by a noun with something behind it
  const rest = tokens.slice(verb + 1, verb + 8).map((token) => token.lower);
  const head = tokens.slice(verb + 1).find((token) => !/^(ADJ|DET|NUM|CCONJ|PUNCT)$/.test(token.pos));
  if (!/^(NOUN|PROPN)$/.test(head?.pos ?? '')) return null;
  return rest.some((token) => /^(that|which|who|of)$/.test(token)) && !rest.includes('than')
    ? { form: 'are', from: verb + 1 }
    : null;
}

/** "This process is called consolidation.", "His results are known as the forgetting curve." */
function calledDefinition(sentence: Sentence, before: Sentence | undefined): Definition | null {
  const { tokens } = sentence;
  const found = calledTerm(sentence);
  if (!found) return null;
  const leans = leansBack(sentence) || genericSubject(tokens);
  if (leans && (!before || leansBack(before) || before.text.endsWith('?') || misheard(before))) return null;
  const complement = sentence.text.slice(0, tokens[found.called]?.start ?? 0).trim();
  const { term, key, article } = found;
  return { term, key, article, form: 'called', complement, sentences: leans && before ? [before, sentence] : [sentence] };
}

function calledTerm(sentence: Sentence): (Pick<Definition, 'term' | 'key' | 'article'> & { called: number }) | null {
  const { tokens } = sentence;
  const called = tokens.findIndex((token, i) => i > 1 && isNaming(tokens, i));
  if (called < 0) return null;
  let first = called + (tokens[called + 1]?.lower === 'as' ? 2 : 1);
  const article = /^(a|an|the)$/.test(tokens[first]?.lower ?? '') ? (tokens[first]?.lower ?? '') : '';
  if (article) first++;
  let last = first;
  while (last + 1 < tokens.length && isTermWord(tokens[last + 1])) last++;
  const term = tokens.slice(first, last + 1);
  const end = tokens[last + 1];
  if (term.length === 0 || term.length > TERM_WORDS || !term.every(isTermWord) || (end && end.pos !== 'PUNCT')) return null;
  return { ...named(sentence, first, last), article, called };
}

function isNaming(tokens: readonly Token[], i: number): boolean {
  const word = tokens[i]?.lower ?? '';
  const verb = tokens.slice(Math.max(0, i - 2), i).some((token) => /^(is|are|was|were|be|been)$/.test(token.lower));
  // "was named director": an office, no name
  const given = word === 'named' && /^(is|are)$/.test(tokens[i - 1]?.lower ?? '');
  return verb && (given || /^(called|termed)$/.test(word) || (word === 'known' && tokens[i + 1]?.lower === 'as'));
}

/** "The cure is called ...": what the cure is for stands in the sentence before. */
function genericSubject(tokens: readonly Token[]): boolean {
  const verb = tokens.findIndex((token) => /^(is|are|was|were)$/.test(token.lower));
  return verb > 0 && verb <= 3 && tokens.slice(0, verb).every((token) => token.pos !== 'NOUN' || isGeneric(token.lower));
}

function isTermWord(token: Token | undefined): boolean {
  return (
    !!token &&
    /^[\p{L}][\p{L}'-]*$/u.test(token.text) &&
    /^(NOUN|PROPN|ADJ|VERB|X)$/.test(token.pos) &&
    !/^(is|are|be)$/.test(token.lower)
  );
}

function named(sentence: Sentence, first: number, last: number): Pick<Definition, 'term' | 'key'> {
  const tokens = sentence.tokens.slice(first, last + 1);
  const written = sentence.text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
  const capital = first === 0 && tokens[0]?.pos !== 'PROPN' && /^\p{Lu}\p{Ll}+/u.test(written);
  return {
    term: capital ? written.slice(0, 1).toLowerCase() + written.slice(1) : written,
    key: tokens.map((token) => token.stem).join(' '),
  };
}

/** Begins what is this one or some of many, not a term. */
const PARTICULAR =
  /^(first|second|third|next|last|latest|only|main|best|other|another|current|new|newer|old|older|previous|following|present|recent|same|such|all|both|each|every|any|no|most|many|more|several|some|few|various|different|certain|one|two|three|four|five)$/;

/** Not "the difficult part is ...", "the first answer is ...", "people are ...". */
function isTerm({ term, form, sentences }: Definition): boolean {
  const words = term.toLowerCase().split(/\s+/);
  const pronouns = /^(it|this|that|there|he|she|they|we|you|i|who|what|which|everyone|everything|something|nothing)$/;
  if (words.some((word) => pronouns.test(word))) return false;
  const particular = words.some((word) => !isGeneric(word));
  const verbs = sentences.at(-1)?.tokens.filter((token) => words.includes(token.lower) && token.pos === 'VERB') ?? [];
  const actions = verbs.filter((token) => !isParticiple(token)).length;
  return particular && (form === 'called' || actions === 0) && !PARTICULAR.test(words[0] ?? '');
}
