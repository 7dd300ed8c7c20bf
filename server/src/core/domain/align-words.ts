import { fold } from './edit-distance.ts';

/** A place in each of two texts; null where one has no word for the other's. */
export type AlignedPair = readonly [number | null, number | null];

/** Two different words stand for each other sooner than one is left out and the other put in, the sooner the more letters they share. */
const REPLACED = 1.5;
const ALIKE = 0.9;
const MISSING = 1;

/**
 * Lays two lists of words side by side with as few differences as can be (Needleman and Wunsch), in order. Capitals, accents and
 * punctuation make no difference. Takes the product of both lengths in time and memory: for stretches, not for whole recordings.
 *
 * @example alignWords(['the', 'tied', 'rises'], ['the', 'tide', 'rises']) // [[0, 0], [1, 1], [2, 2]]
 */
export function alignWords(left: readonly string[], right: readonly string[]): AlignedPair[] {
  const [a, b] = [left.map(comparable), right.map(comparable)];
  const width = b.length + 1;
  const cost = new Float64Array((a.length + 1) * width);
  const at = (i: number, j: number): number => cost[i * width + j] ?? Infinity;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = (i + j) * MISSING;
      else
        cost[i * width + j] = Math.min(
          at(i - 1, j - 1) + difference(a[i - 1] ?? '', b[j - 1] ?? ''),
          at(i - 1, j) + MISSING,
          at(i, j - 1) + MISSING,
        );
    }
  }
  const pairs: AlignedPair[] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 || j > 0) {
    const here = at(i, j);
    if (i > 0 && j > 0 && here === at(i - 1, j - 1) + difference(a[i - 1] ?? '', b[j - 1] ?? '')) pairs.push([--i, --j]);
    else if (i > 0 && here === at(i - 1, j) + MISSING) pairs.push([--i, null]);
    else pairs.push([null, --j]);
  }
  return pairs.reverse();
}

/** A word as it is compared: without capitals, accents and punctuation, unless it has nothing else. */
export function comparable(word: string): string {
  return fold(word).replace(/[^\p{L}\p{N}]/gu, '') || word;
}

function difference(a: string, b: string): number {
  if (a === b) return 0;
  let rest = b;
  for (const letter of a) rest = rest.replace(letter, '');
  return REPLACED - (ALIKE * (b.length - rest.length)) / Math.max(a.length, b.length);
}
