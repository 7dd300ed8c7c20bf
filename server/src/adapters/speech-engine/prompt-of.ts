/** Whisper reads the last 224 tokens of a prompt; names and terms take about one token for three letters. */
const MOST_LETTERS = 600;

/**
 * A course's vocabulary as the prompt of a Whisper model: what comes in it is spelt so. Null when there is none. The most telling, which
 * come first, are kept.
 *
 * @example promptOf(['Coriolis', 'neap tide']) // 'Coriolis, neap tide.'
 */
export function promptOf(vocabulary: readonly string[]): string | null {
  let prompt = '';
  for (const entry of vocabulary) {
    // oxlint-disable-next-line no-control-regex -- a program's argument holds no NUL
    const term = entry.replaceAll(/[\u0000-\u001f\s]+/g, ' ').trim();
    if (term === '') continue;
    if (prompt.length + term.length + 2 > MOST_LETTERS) break;
    prompt += prompt === '' ? term : `, ${term}`;
  }
  return prompt === '' ? null : `${prompt}.`;
}
