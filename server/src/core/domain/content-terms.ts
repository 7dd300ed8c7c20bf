import { stemmer } from 'stemmer';

/** Words that say nothing about what a question is about. The list the measurements of decision 0002 were made with. */
const STOP_WORDS = new Set(
  (
    'a about also an and are as at be been but by can did do does for from had has have how i if in into is it its me my of on or ' +
    'our so such than that the their them then there these they this those to was we were what when where which who whom whose ' +
    'why will with would you your'
  ).split(' '),
);

/** Longest question that is looked at, in UTF-16 units; what comes after is ignored, so that a 1 MB query costs nothing. */
const MAX_QUERY_LENGTH = 4000;

/** Most words of a query that are looked up. */
const MAX_QUERY_WORDS = 64;

const ASCII = /^[a-z0-9]*$/;

/** Scripts that write words without spaces between them. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/**
 * The text with spaces between all words, also in languages that write none (Chinese, Japanese, Thai, ...).
 * Text in other scripts comes back as it is.
 *
 * @example spaced('今日は') // '今日 は'
 */
export function spaced(text: string): string {
  if (!UNSPACED.test(text)) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return Array.from(segmenter.segment(text), (part) => part.segment).join(' ');
}

/** Made at first use and kept: making one loads dictionaries (10 ms). It holds no state. */
let segmenter: Intl.Segmenter | undefined;

/**
 * The words of a query worth looking up: letters and digits only, lower case, each once, without stop words (unless
 * there is nothing else), at most 64. Everything that could be query syntax is gone.
 */
export function queryWords(query: string): string[] {
  const words = new Set(wordsIn(query.slice(0, MAX_QUERY_LENGTH)));
  const content = [...words].filter((word) => !STOP_WORDS.has(word));
  return (content.length > 0 ? content : [...words]).slice(0, MAX_QUERY_WORDS);
}

/** Whether a word, in lower case, says nothing about what a text is about. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The stem of one word by Porter's algorithm, without diacritics: what the index compares. */
export function stemOf(word: string): string {
  return stemmer(word.normalize('NFKD').replaceAll(/\p{M}/gu, ''));
}

/** The stems of a text's words, in order, stop words left out. */
export function contentStems(text: string): string[] {
  return wordsIn(text)
    .filter((word) => !STOP_WORDS.has(word))
    .map(stemOf);
}

/** Share (0..1) of the query's stems that stand in the text; 0 for a query without words. */
export function overlapOf(queryStems: ReadonlySet<string>, text: string): number {
  if (queryStems.size === 0) return 0;
  const stemIfAsked = stemmerFor(queryStems);
  const found = new Set<string>();
  for (const word of wordsIn(text)) {
    const stem = stemIfAsked(word);
    if (stem !== null) found.add(stem);
  }
  return found.size / queryStems.size;
}

/**
 * Share (0..1) of the query's neighbouring stems that stand side by side in the text, in the same order, with nothing but stop
 * words between them; 0 for a query of fewer than two words. A set keeps its order, which is that of the query.
 *
 * @example pairsIn(new Set(['old', 'town', 'hall']), 'the hall of the old town') // 0.5
 */
export function pairsIn(queryStems: ReadonlySet<string>, text: string): number {
  if (queryStems.size < 2) return 0;
  const stems = [...queryStems];
  const places = new Map(stems.map((stem, place) => [stem, place]));
  const stemIfAsked = stemmerFor(queryStems);
  const found = new Set<number>();
  let last = -1;
  for (const word of wordsIn(text)) {
    const stem = stemIfAsked(word);
    if (stem === null && STOP_WORDS.has(word)) continue;
    const place = stem === null ? -1 : (places.get(stem) ?? -1);
    if (place > 0 && last === place - 1) found.add(place);
    last = place < 0 ? -2 : place;
  }
  return found.size / (stems.length - 1);
}

/** The stem of a word when it is one of those; null else. Stemming keeps how a word begins, so few words need to be stemmed. */
function stemmerFor(stems: ReadonlySet<string>): (word: string) => string | null {
  const beginnings = new Set([...stems].map((stem) => stem.slice(0, 2)));
  return (word) => {
    const plain = ASCII.test(word) ? word : word.normalize('NFKD').replaceAll(/\p{M}/gu, '');
    if (!beginnings.has(plain.slice(0, 2)) && !beginnings.has(plain.slice(0, 1))) return null;
    const stem = stemOf(word);
    return stems.has(stem) ? stem : null;
  };
}

function wordsIn(text: string): string[] {
  return (
    spaced(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}
