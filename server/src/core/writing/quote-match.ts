/** Share of a quote's words that must stand in the text, in order. Speech is misheard and models mend it. */
const ENOUGH = 0.7;
/** Shorter quotes must stand there whole. */
const FEW_WORDS = 4;

/**
 * Whether the words of a quote stand in a text in their order, letting pass what recognition and mending change: case,
 * punctuation, and some words of a longer quote. An empty quote stands nowhere.
 *
 * @example quoteStandsIn('sleep helps memory', 'Sleep, uh, helps the memory.') // true
 */
export function quoteStandsIn(quote: string, text: string): boolean {
  const wanted = wordsOf(quote);
  if (wanted.length === 0) return false;
  const common = longestCommonSubsequence(wanted, wordsOf(text));
  return wanted.length < FEW_WORDS ? common === wanted.length : common >= wanted.length * ENOUGH;
}

/** Words in lower case without diacritics and punctuation; letters stand for themselves where no spaces are written. */
function wordsOf(text: string): string[] {
  const plain = text.slice(0, 4_000).normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]|[\p{L}\p{N}]+/gu) ?? [];
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const word of a) {
    const next = [0];
    for (const [i, other] of b.entries()) next.push(word === other ? (row[i] ?? 0) + 1 : Math.max(row[i + 1] ?? 0, next[i] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}
