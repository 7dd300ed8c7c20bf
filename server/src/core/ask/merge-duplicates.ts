import type { SearchHit } from '../ports/search-index.ts';
import { wordPlaces } from '../domain/word-places.ts';

/** From this share of common shingles on, two passages say the same (Broder 1997 calls it resemblance). */
const SAME = 0.8;

/** Words in a shingle. With three, one word changed in 60 leaves 0.9, and the usual turns of speech make nothing alike. */
const SHINGLE_WORDS = 3;

export interface MergedHit extends SearchHit {
  /** The other places where nearly the same stands, best first. */
  readonly alsoAt: readonly SearchHit[];
}

/**
 * Puts hits that say nearly the same (the same recording uploaded twice, a script and what was read from it) behind the best
 * of them. Keeps the order, and at most `limit`.
 */
export function mergeDuplicates(hits: readonly SearchHit[], limit: number): MergedHit[] {
  const kept: { hit: SearchHit; shingles: ReadonlySet<string>; alsoAt: SearchHit[] }[] = [];
  for (const hit of hits) {
    const shingles = shinglesOf(hit.passage.text);
    const same = kept.find((other) => resemblance(shingles, other.shingles) >= SAME);
    if (same) same.alsoAt.push(hit);
    else if (kept.length < limit) kept.push({ hit, shingles, alsoAt: [] });
  }
  return kept.map(({ hit, alsoAt }) => ({ ...hit, alsoAt }));
}

/** Jaccard: what two sets have in common, of all they have. Two texts without words are the same only when there is nothing. */
export function resemblance(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (large.size === 0) return 1;
  if (small.size / large.size < SAME) return 0; // they cannot have more in common than the smaller one has
  let common = 0;
  for (const shingle of small) if (large.has(shingle)) common++;
  return common / (a.size + b.size - common);
}

/** Each run of three words; the whole of a text that has fewer. */
export function shinglesOf(text: string): ReadonlySet<string> {
  const words = wordPlaces(text).map(({ word }) => word);
  if (words.length < SHINGLE_WORDS) return new Set(words.length > 0 ? [words.join(' ')] : []);
  return new Set(
    Array.from({ length: words.length - SHINGLE_WORDS + 1 }, (_, at) => words.slice(at, at + SHINGLE_WORDS).join(' ')),
  );
}
