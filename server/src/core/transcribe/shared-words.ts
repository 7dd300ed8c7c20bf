import type { Word } from '../domain/transcript.ts';
import { bare } from './sentence-words.ts';

/** Two engines' times of one word differ by no more than this. */
const SAME_WORD_MS = 400;

/** A word that two parts heard, by its index in both. */
export interface SharedWord {
  readonly i: number;
  readonly j: number;
}

/** The most words, in order, that two parts heard at about the same time in the sound that both have (longest common subsequence). */
export function sharedWords(left: readonly Word[], right: readonly Word[], fromMs: number, toMs: number): readonly SharedWord[] {
  const firstLeft = left.findIndex((word) => word.endMs > fromMs);
  if (firstLeft < 0) return [];
  const [rows, columns] = [left.slice(firstLeft), right.filter((word) => word.startMs < toMs)];
  // best[i][j]: how many words rows from i and columns from j on have in common, nearer ones counting a little more.
  const best = Array.from({ length: rows.length + 1 }, () => new Float64Array(columns.length + 1));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  const worth = (i: number, j: number): number => likeness(rows[i], columns[j]);
  for (let i = rows.length - 1; i >= 0; i--)
    for (let j = columns.length - 1; j >= 0; j--) {
      const both = worth(i, j) === 0 ? 0 : worth(i, j) + at(i + 1, j + 1);
      best[i]!.fill(Math.max(both, at(i + 1, j), at(i, j + 1)), j, j + 1); // a row that is there
    }
  const shared: SharedWord[] = [];
  for (let [i, j] = [0, 0]; i < rows.length && j < columns.length;) {
    if (worth(i, j) > 0 && at(i, j) === worth(i, j) + at(i + 1, j + 1)) shared.push({ i: firstLeft + i++, j: j++ });
    else if (at(i, j) === at(i + 1, j)) i++;
    else j++;
  }
  return shared;
}

/** 0 for two words, 1 for the same at about the same time, and a little more the nearer they are. */
function likeness(a: Word | undefined, b: Word | undefined): number {
  if (!a || !b) return 0;
  const [text, away] = [bare(a.text), Math.abs(middleOf(a) - middleOf(b))];
  return text !== '' && text === bare(b.text) && away <= SAME_WORD_MS ? 1 + 0.1 * (1 - away / SAME_WORD_MS) : 0;
}

function middleOf({ startMs, endMs }: Word): number {
  return (startMs + endMs) / 2;
}
