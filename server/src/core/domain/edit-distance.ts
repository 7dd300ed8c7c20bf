/** Letters as they are compared while somebody types: lower case, without accents. `Éé` -> `ee` */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // oxlint-disable-next-line no-control-regex -- all of ASCII, for which there is nothing to take apart
  return /^[\u0000-\u007f]*$/.test(lower) ? lower : lower.normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

/** How many wrong letters are forgiven in a word that is being typed: none up to 3 letters, 1 up to 7, 2 from 8 on. */
export function allowedEdits(letters: number): number {
  if (letters < 4) return 0;
  return letters < 8 ? 1 : 2;
}

/**
 * Tells how many letters have to be put in, left out, replaced or swapped with their neighbour to get from `typed` to a word
 * or to the nearest beginning of it (optimal string alignment). Both are folded. What exceeds `most` is given as `most + 1`.
 * Made once for many words: it keeps its rows.
 *
 * @example distanceFrom('fotos', 2, 'beginning')('photosynthesis') // 2
 */
export function distanceFrom(typed: string, most: number, to: 'word' | 'beginning'): (word: string) => number {
  const [far, rows] = [most + 1, typed.length];
  let [before, last, now] = [0, 1, 2].map(() => new Uint8Array(rows + most + 2)) as [Uint8Array, Uint8Array, Uint8Array]; // of three
  return (word) => {
    const width = Math.min(word.length, rows + most);
    if (width < rows - most || (to === 'word' && word.length > width)) return far;
    for (let column = 0; column <= width; column++) last[column] = Math.min(column, far);
    for (let row = 1; row <= rows; row++) {
      // What lies further than `most` from the diagonal has more edits than that.
      const [first, end] = [Math.max(1, row - most), Math.min(width, row + most)];
      now[first - 1] = first === 1 ? Math.min(row, far) : far;
      let least = at(now, first - 1);
      const letter = typed.charCodeAt(row - 1);
      for (let column = first; column <= end; column++) {
        const same = letter === word.charCodeAt(column - 1) ? 0 : 1;
        let distance = at(last, column - 1) + same;
        if (column < row + most) distance = Math.min(distance, at(last, column) + 1);
        if (at(now, column - 1) < distance) distance = Math.min(distance, at(now, column - 1) + 1);
        if (same === 1 && row > 1 && column > 1 && isSwapped(typed, word, row, column)) {
          distance = Math.min(distance, at(before, column - 2) + 1);
        }
        now[column] = Math.min(distance, far);
        least = Math.min(least, distance);
      }
      if (least > most) return far;
      [before, last, now] = [last, now, before];
    }
    if (to === 'word') return at(last, width);
    let nearest = far;
    for (let column = Math.max(0, rows - most); column <= width; column++) nearest = Math.min(nearest, at(last, column));
    return nearest;
  };
}

function isSwapped(typed: string, word: string, row: number, column: number): boolean {
  return typed.charCodeAt(row - 1) === word.charCodeAt(column - 2) && typed.charCodeAt(row - 2) === word.charCodeAt(column - 1);
}

function at(row: Uint8Array, column: number): number {
  return row[column] ?? 0; // within the row
}
