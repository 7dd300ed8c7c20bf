/** What became of one word of the reference, or of what was heard. */
export type Aligned =
  | { readonly kind: 'same' | 'replaced'; readonly reference: number; readonly heard: number }
  | { readonly kind: 'lost'; readonly reference: number }
  | { readonly kind: 'added'; readonly heard: number };

/**
 * Which heard word stands for which word of the reference: the way with the fewest changes (Levenshtein), in order. Words are compared as
 * they are.
 *
 * @example alignWords(['a', 'b'], ['a', 'b', 'b']) // same 0 0, same 1 1, added 2 (or the other b)
 */
export function alignWords(reference: readonly string[], heard: readonly string[]): readonly Aligned[] {
  const width = heard.length + 1;
  const costs = new Uint32Array((reference.length + 1) * width);
  const cost = (row: number, column: number): number => costs[row * width + column] ?? 0;
  for (let row = 0; row <= reference.length; row++) {
    for (let column = 0; column < width; column++) {
      const ways = [row === 0 && column === 0 ? 0 : Infinity];
      if (row > 0 && column > 0) ways.push(cost(row - 1, column - 1) + (reference[row - 1] === heard[column - 1] ? 0 : 1));
      if (row > 0) ways.push(cost(row - 1, column) + 1);
      if (column > 0) ways.push(cost(row, column - 1) + 1);
      costs[row * width + column] = Math.min(...ways);
    }
  }
  const back: Aligned[] = [];
  for (let [row, column] = [reference.length, heard.length]; row > 0 || column > 0;) {
    const here = cost(row, column);
    const same = row > 0 && column > 0 && reference[row - 1] === heard[column - 1];
    if (row > 0 && column > 0 && here === cost(row - 1, column - 1) + (same ? 0 : 1)) {
      row -= 1;
      column -= 1;
      back.push({ kind: same ? 'same' : 'replaced', reference: row, heard: column });
    } else if (row > 0 && here === cost(row - 1, column) + 1) back.push({ kind: 'lost', reference: --row });
    else back.push({ kind: 'added', heard: --column });
  }
  return back.reverse();
}
