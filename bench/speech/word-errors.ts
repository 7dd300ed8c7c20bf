const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

export interface WordErrors {
  /** Words replaced, left out and put in. */
  readonly errors: number;
  /** Words of the reference. */
  readonly words: number;
}

/**
 * How many words of `heard` are wrong: Levenshtein distance over normalised words (the sum behind the word error rate).
 *
 * @example countWordErrors('It has 2 parts.', 'it has too parts') // { errors: 1, words: 4 }
 */
export function countWordErrors(reference: string, heard: string): WordErrors {
  const [expected, found] = [normaliseWords(reference), normaliseWords(heard)];
  let previous = Array.from({ length: found.length + 1 }, (_, column) => column);
  for (const [row, word] of expected.entries()) {
    const current = [row + 1];
    for (const [column, other] of found.entries()) {
      const replaced = (previous[column] ?? 0) + (word === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return { errors: previous[found.length] ?? 0, words: expected.length };
}

export function sumErrors(all: readonly WordErrors[]): WordErrors {
  return {
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    words: all.reduce((sum, { words }) => sum + words, 0),
  };
}

/** Lower case, no punctuation (apostrophes inside words stay), numbers as words. */
export function normaliseWords(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’`]/g, "'")
    .replace(/\d+(?:,\d{3})*/g, (number) => ` ${numberWords(Number(number.replaceAll(',', '')))} `)
    .replace(/[^\p{L}' ]+/gu, ' ')
    .replace(/(?<!\p{L})'+|'+(?!\p{L})/gu, ' ')
    .split(' ')
    .filter((word) => word !== '');
}

/** Cardinal numbers up to 999,999 as they are spoken; longer ones digit by digit. */
function numberWords(value: number): string {
  if (value < 20) return ONES[value] ?? '';
  if (value < 100) return [TENS[Math.floor(value / 10)], value % 10 === 0 ? '' : ONES[value % 10]].join(' ');
  if (value < 1000) return `${ONES[Math.floor(value / 100)]} hundred ${restWords(value % 100)}`;
  if (value < 1_000_000) return `${numberWords(Math.floor(value / 1000))} thousand ${restWords(value % 1000)}`;
  return BigInt(value)
    .toString()
    .split('')
    .map((digit) => ONES[Number(digit)])
    .join(' ');
}

function restWords(value: number): string {
  return value === 0 ? '' : numberWords(value);
}
