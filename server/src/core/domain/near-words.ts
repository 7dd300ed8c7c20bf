/** A run of a sorted list, the end not included, whose words all have so many wrong letters. */
export type NearRun = (from: number, end: number, edits: number) => void;

interface Word {
  readonly folded: string;
}

/**
 * Finds the words of a sorted list (by UTF-16 units) that are within `most` edits of what was typed, or have a beginning that
 * is, without looking at each: words with the same first letters are compared together, and left together as soon as those
 * differ too much. The list is walked as if it were a tree of letters (as in Schulz and Mihov 2002, without their automaton).
 *
 * Of beginnings with one wrong letter some may turn out to have none when read further; whoever wants those looks for them first.
 *
 * @example nearWords([{ folded: 'tidal' }, { folded: 'tide' }], 'tdi', 1, 'beginning', (from, end, edits) => {}) // 0, 2, 1
 */
export function nearWords(words: readonly Word[], typed: string, most: number, to: 'word' | 'beginning', found: NearRun): void {
  const [length, deepest] = [typed.length, typed.length + most];
  const rows = Array.from({ length: deepest + 1 }, () => new Uint8Array(length + 1));
  const letters = new Uint16Array(deepest + 1);
  for (let column = 0; column <= length; column++) at(rows, 0)[column] = Math.min(column, most + 1);

  const visit = (from: number, end: number, depth: number, bestAbove: number): void => {
    const here = at(rows, depth)[length] ?? 0;
    const best = Math.min(bestAbove, here);
    const isDecided = depth === deepest || best <= Math.min(1, most) || Math.min(...at(rows, depth)) > most;
    if (to === 'beginning' && isDecided) return best <= most ? found(from, end, best) : undefined;
    let start = from;
    for (; start < end && words[start]?.folded.length === depth; start++) {
      const edits = to === 'word' ? here : best;
      if (edits <= most) found(start, start + 1, edits);
    }
    if (depth === deepest || Math.min(...at(rows, depth)) > most) return;
    while (start < end) {
      const letter = words[start]?.folded.charCodeAt(depth) ?? 0;
      const next = endOfRun(words, start, end, depth, letter);
      letters[depth] = letter;
      fillRow(rows, letters, typed, depth + 1, most + 1);
      visit(start, next, depth + 1, best);
      start = next;
    }
  };
  visit(0, words.length, 0, most + 1);
}

/** The first place of a sorted list whose word does not come before `prefix`. */
export function placeOf(words: readonly Word[], prefix: string): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.folded ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the words end that have this letter there, of words that are alike before it: by steps that double, then by halves. */
function endOfRun(words: readonly Word[], start: number, end: number, depth: number, letter: number): number {
  const isIn = (index: number): boolean => words[index]?.folded.charCodeAt(depth) === letter;
  let step = 1;
  while (start + step < end && isIn(start + step)) step *= 2;
  let [low, high] = [start + (step >> 1), Math.min(start + step, end)];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (isIn(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** The distances of the first letters of a word to all beginnings of what was typed (optimal string alignment). */
function fillRow(rows: readonly Uint8Array[], letters: Uint16Array, typed: string, depth: number, far: number): void {
  const [now, last, before] = [at(rows, depth), at(rows, depth - 1), rows[depth - 2]];
  const [letter, previous] = [letters[depth - 1], letters[depth - 2]];
  now[0] = Math.min(depth, far);
  for (let column = 1; column <= typed.length; column++) {
    const wanted = typed.charCodeAt(column - 1);
    let distance = (last[column - 1] ?? 0) + (wanted === letter ? 0 : 1);
    distance = Math.min(distance, (last[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1);
    if (before && column > 1 && wanted === previous && typed.charCodeAt(column - 2) === letter) {
      distance = Math.min(distance, (before[column - 2] ?? 0) + 1);
    }
    now[column] = Math.min(distance, far);
  }
}

function at(rows: readonly Uint8Array[], depth: number): Uint8Array {
  const row = rows[depth];
  if (!row) throw new RangeError(`There is no row ${depth}.`);
  return row;
}
