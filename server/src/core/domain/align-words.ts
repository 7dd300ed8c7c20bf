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

/** Stretches between anchors are laid side by side word by word up to this many pairs (about 0.1 s); longer ones have nothing in common. */
const MOST_PAIRS = 4_000_000;

/**
 * As `alignWords`, for whole recordings: three words that stand once in each text are sure anchors (as in patience diff), and what lies
 * between two anchors is aligned by itself.
 */
export function alignTexts(left: readonly string[], right: readonly string[]): AlignedPair[] {
  const [a, b] = [left.map(comparable), right.map(comparable)];
  const pairs: AlignedPair[] = [];
  let [i, j] = [0, 0];
  const between = (endA: number, endB: number): void => {
    const [inA, inB] = [left.slice(i, endA), right.slice(j, endB)];
    const [fromA, fromB] = [i, j];
    if (inA.length * inB.length <= MOST_PAIRS)
      for (const [p, q] of alignWords(inA, inB)) pairs.push([p === null ? null : fromA + p, q === null ? null : fromB + q]);
    else pairs.push(...inA.map((_, p) => [fromA + p, null] as const), ...inB.map((_, q) => [null, fromB + q] as const));
    [i, j] = [endA, endB];
  };
  for (const [atA, atB] of anchorsOf(a, b)) {
    between(atA, atB);
    pairs.push([atA, atB]);
    [i, j] = [atA + 1, atB + 1];
  }
  between(a.length, b.length);
  return pairs;
}

/** Where three words stand that stand once in each text, in the same order in both. */
function anchorsOf(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const [inA, inB] = [onlyPlaces(a), onlyPlaces(b)];
  const common = [...inA].flatMap(([words, at]) => {
    const there = inB.get(words);
    return at === null || there === null || there === undefined ? [] : [[at, there] as const];
  });
  return longestAscending(common);
}

/** Where each three words stand; null for those that stand twice. */
function onlyPlaces(words: readonly string[]): Map<string, number | null> {
  const places = new Map<string, number | null>();
  for (let at = 0; at + 2 < words.length; at++) {
    const key = `${words[at]} ${words[at + 1]} ${words[at + 2]}`;
    places.set(key, places.has(key) ? null : at);
  }
  return places;
}

/** The longest run of pairs (ascending by their first) whose second ascends too (patience sorting). */
function longestAscending(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const tops: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, value], index) => {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[index] = tops[low - 1] ?? -1;
    tops[low] = index;
  });
  const run: (readonly [number, number])[] = [];
  for (let at = tops.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) {
    const pair = pairs[at];
    if (pair) run.push(pair);
  }
  return run.reverse();
}
