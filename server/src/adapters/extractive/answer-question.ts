import { UNSUPPORTED_ANSWER } from '../../core/domain/grounding.ts';
import { cite, type Passage } from '../../core/domain/passage.ts';
import type { AnswerDraft, AnswerRequest } from '../../core/ports/writer.ts';
import { answerType, fitsType } from './answer-types.ts';
import { englishTokeniser, plainTokeniser, type Token, type Tokenise } from './english-tokens.ts';
import { stopWords } from './word-lists.ts';

/** A sentence that might answer. */
interface Candidate {
  readonly passage: Passage;
  readonly tokens: readonly Token[];
  readonly stems: ReadonlySet<string>;
  /** Place of its passage in the evidence, from 0. */
  readonly rank: number;
  /** Place in the passage. */
  readonly place: number;
  readonly neighbours: ReadonlySet<string>;
  /** What search said about its passage. */
  readonly passageCosine: number;
}

interface Scored {
  readonly candidate: Candidate;
  /** Share of the question's weight whose words stand in the sentence, 0..1. */
  readonly overlap: number;
  readonly score: number;
  readonly cosine: number;
}

/** The texts of the sentences whose words fit the question best, for a closer look by meaning. */
export function shortlist(request: AnswerRequest, count: number): string[] {
  return score(request, new Map())
    .slice(0, count)
    .map(({ candidate }) => candidate.passage.text);
}

/** With less of the question in the passage than this, and no likeness of meaning, nothing supports an answer. */
const LEAST_OVERLAP = 0.2;
const LEAST_COSINE = 0.28;
/** A sentence this much alike the question by meaning needs only one word in common with it. */
const SURE_COSINE = 0.55;
/** Further sentences of the answer score at least this share of the first. */
const FURTHER = 0.82;
const MOST_SENTENCES = 3;

/**
 * Answers with the one to three sentences of the evidence that fit the question best: by its words (weighted by how rare they are
 * in the evidence), by meaning where `cosines` has them, by the kind of answer it asks for and by the passage's rank.
 */
export function answerFrom(request: AnswerRequest, cosines: ReadonlyMap<string, number>): AnswerDraft {
  const ranked = score(request, cosines);
  const best = ranked[0];
  if (!best || !supports(best) || (best.cosine < SURE_COSINE && lacksSubject(request)))
    return { answer: UNSUPPORTED_ANSWER, supported: false, citations: [] };
  const chosen = [best];
  for (const other of ranked.slice(1)) {
    const near = other.score >= FURTHER * best.score && supports(other) && other.overlap >= best.overlap * 0.7;
    if (near && chosen.length < MOST_SENTENCES && !chosen.some((one) => repeats(one.candidate, other.candidate)))
      chosen.push(other);
  }
  const answer = chosen.map(({ candidate }) => candidate.passage.text).join(' ');
  return { answer, supported: true, citations: chosen.map(({ candidate }) => cite(candidate.passage)) };
}

function supports({ overlap, cosine, candidate }: Scored): boolean {
  const meaning = Math.max(cosine, candidate.passageCosine * 0.8);
  if (overlap >= 0.6) return true;
  if (overlap >= LEAST_OVERLAP) return meaning >= LEAST_COSINE || cosine === 0;
  return overlap > 0 && cosine >= SURE_COSINE;
}

/** None of the nouns the question is about stands anywhere in the evidence: words such as "work" in common prove nothing. */
function lacksSubject(request: AnswerRequest): boolean {
  const tokenise = tokeniserFor(request);
  const nouns = tokenise(request.question).filter((token) => isAsked(token) && /^(NOUN|PROPN)$/.test(token.pos));
  if (nouns.length === 0) return false;
  const held = new Set(readCandidates(request, tokenise).flatMap(({ stems }) => [...stems]));
  return nouns.every((noun) => !held.has(noun.stem));
}

function score(request: AnswerRequest, cosines: ReadonlyMap<string, number>): Scored[] {
  const tokenise = tokeniserFor(request);
  const question = tokenise(request.question);
  const asked = [...new Set(question.filter(isAsked).map((token) => token.stem))];
  const candidates = readCandidates(request, tokenise);
  const weights = rarity(asked, candidates);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const type = answerType(request.question);
  const scored = candidates.map((candidate) => {
    const own = sum(asked, weights, candidate.stems);
    const around = sum(asked, weights, candidate.neighbours);
    const overlap = total > 0 ? own / total : 0;
    const cosine = cosines.get(candidate.passage.text) ?? 0;
    const context = total > 0 ? (around - own) / total : 0;
    const fit = fitsType(type, candidate.tokens, asked);
    const value = overlap + 0.25 * context + cosine + 0.35 * fit - 0.06 * candidate.rank - length(candidate);
    return { candidate, overlap: Math.max(overlap, Math.min(0.59, overlap + 0.5 * context)), score: value, cosine };
  });
  return scored.sort((a, b) => b.score - a.score || a.candidate.rank - b.candidate.rank || a.candidate.place - b.candidate.place);
}

/** Fragments answer nothing, and a question is no answer. */
function length({ passage }: Candidate): number {
  const words = passage.text.split(/\s+/).length;
  return (words < 4 ? 0.4 : 0) + (words > 50 ? 0.1 : 0) + (/\?["')]?$/.test(passage.text) ? 0.5 : 0);
}

let english: Tokenise | null = null;

/** The model is loaded once a thread. Evidence carries no language; text in other letters is read without the tagger. */
function tokeniserFor(request: AnswerRequest): Tokenise {
  if (!/^[\p{Script=Latin}\p{P}\p{S}\p{N}\s]*$/u.test(request.question)) return plainTokeniser('und');
  english ??= englishTokeniser();
  return english;
}

function isAsked(token: Token): boolean {
  return (
    /^[\p{L}\p{N}]/u.test(token.lower) &&
    !stopWords.has(token.lower) &&
    !/^(explain|describe|define|lecture|lecturer|speaker|say|mention|kind|type|name|happen|happens)$/.test(token.lower)
  );
}

function readCandidates(request: AnswerRequest, tokenise: Tokenise): Candidate[] {
  const seen = new Set<string>();
  return request.evidence.flatMap(({ sentences, cosine, passage }, rank) => {
    const list = sentences.length > 0 ? sentences : [passage];
    const read = list.map((sentence) => tokenise(sentence.text));
    const stems = read.map((tokens) => new Set(tokens.map((token) => token.stem)));
    return list.flatMap((sentence, place) => {
      const key = JSON.stringify([sentence.sourceId, sentence.page, sentence.firstWord, sentence.startChar, sentence.text]);
      if (seen.has(key)) return [];
      seen.add(key);
      const neighbours = new Set(stems.slice(Math.max(0, place - 1), place + 2).flatMap((set) => [...set]));
      return [
        {
          passage: sentence,
          tokens: read[place] ?? [],
          stems: stems[place] ?? new Set(),
          rank,
          place,
          neighbours,
          passageCosine: cosine ?? 0,
        },
      ];
    });
  });
}

/** Rare words of the evidence weigh more; words that stand nowhere in it weigh most, since they are what is missing. */
function rarity(asked: readonly string[], candidates: readonly Candidate[]): Map<string, number> {
  const count = Math.max(1, candidates.length);
  return new Map(
    asked.map((stem) => {
      const holding = candidates.filter((candidate) => candidate.stems.has(stem)).length;
      return [stem, Math.log(1 + count / (holding + 0.5))];
    }),
  );
}

function sum(asked: readonly string[], weights: ReadonlyMap<string, number>, stems: ReadonlySet<string>): number {
  return asked.reduce((total, stem) => total + (stems.has(stem) ? (weights.get(stem) ?? 0) : 0), 0);
}

function repeats(a: Candidate, b: Candidate): boolean {
  const common = [...a.stems].filter((stem) => b.stems.has(stem)).length;
  return common / Math.max(1, Math.min(a.stems.size, b.stems.size)) > 0.75;
}
