/**
 * What the models made here "hear": one sentence in loud sound, another in quiet sound. Pieces with a leading `▁` begin a word,
 * as in the vocabularies of real models.
 */
export const LOUD_PIECES = ['▁The', '▁sea', '▁ris', 'es', '▁and', '▁falls', '.'] as const;
export const QUIET_PIECES = ['▁Nobody', '▁was', '▁listen', 'ing', '▁there', '.'] as const;

/**
 * The largest log mel energy of loud sound is above this (samples between -1 and 1): white noise of a third of full scale has
 * 6 to 7, of a hundredth less than 0.
 */
export const LOUD_LOG_MEL = 3;

export const LOUD_SENTENCE = sentenceOf(LOUD_PIECES);
export const QUIET_SENTENCE = sentenceOf(QUIET_PIECES);

export function sentenceOf(pieces: readonly string[]): string {
  return pieces.join('').replaceAll('▁', ' ').trim();
}

/** `tokens.txt` of a model: a piece and its number on each line. */
export function tokensFile(pieces: readonly string[]): string {
  return pieces.map((piece, id) => `${piece} ${id}\n`).join('');
}
