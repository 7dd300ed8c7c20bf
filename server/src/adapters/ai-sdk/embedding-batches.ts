import { countTokens } from './count-tokens.ts';

export interface NumberedText {
  /** Its place among all texts. */
  readonly index: number;
  readonly text: string;
}

/** OpenAI takes 300,000 in one request; the count is an estimate. */
const MAX_BATCH_TOKENS = 100_000;

/** The texts in order, in requests of at most `size`; those without content in none. */
export function batchesOf(texts: readonly string[], size: number): readonly (readonly NumberedText[])[] {
  const batches: NumberedText[][] = [];
  let batch: NumberedText[] = [];
  let tokens = 0;
  for (const [index, text] of texts.entries()) {
    if (text.trim() === '') continue;
    const more = countTokens(text);
    if (batch.length >= size || (batch.length > 0 && tokens + more > MAX_BATCH_TOKENS)) {
      batches.push(batch);
      batch = [];
      tokens = 0;
    }
    batch.push({ index, text });
    tokens += more;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** The beginning of the text that surely has no more tokens than that. */
export function cutToTokens(text: string, maxTokens: number): string {
  // No estimate is under an eighth of a token a letter but for white space: most texts need no closer look than one count.
  const bounded = text.slice(0, maxTokens * 8);
  if (bounded.length === text.length && countTokens(text) <= maxTokens) return text;
  let fits = 0;
  let tooLong = bounded.length + 1;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >>> 1;
    if (countTokens(bounded.slice(0, middle)) <= maxTokens) fits = middle;
    else tooLong = middle;
  }
  return bounded.slice(0, fits).toWellFormed();
}
