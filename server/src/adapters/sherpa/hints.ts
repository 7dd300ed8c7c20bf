/** A phrase more makes each step of the search slower, and rare terms of a course are few. */
const MOST_PHRASES = 100;

export interface Hints {
  /** What is made more likely, in the words' own spelling. */
  readonly phrases: readonly string[];
  /** As sherpa takes them: separated by `/`. */
  readonly text: string;
}

/**
 * Those phrases of a course's vocabulary that a model can be made to expect: it must be able to spell them with its pieces.
 * Null when none is left.
 */
export function hintsFor(vocabulary: readonly string[], pieces: readonly string[]): Hints | null {
  const known = new Set(pieces);
  const longest = pieces.reduce((most, piece) => Math.max(most, piece.length), 0);
  const phrases: string[] = [];
  for (const entry of vocabulary) {
    // These end a phrase or begin a score in the engine's own form.
    const words = entry
      .replaceAll(/[/:#@]/g, ' ')
      .split(/\s+/)
      .filter(Boolean);
    if (words.length === 0 || !words.every((word) => canSpell(`▁${word}`, known, longest))) continue;
    phrases.push(words.join(' '));
    if (phrases.length === MOST_PHRASES) break;
  }
  return phrases.length > 0 ? { phrases, text: phrases.join('/') } : null;
}

/**
 * A vocabulary with scores as the engine reads it, for models that come without: the pieces of a BPE model are numbered in the
 * order in which they were merged, and that is their score.
 */
export function bpeVocabularyOf(pieces: readonly string[]): string {
  return pieces.flatMap((piece, id) => (piece && !/^<.*>$/.test(piece) ? [`${piece}\t${-id}\n`] : [])).join('');
}

function canSpell(word: string, known: ReadonlySet<string>, longest: number): boolean {
  const reached = [true];
  for (let end = 1; end <= word.length; end++) {
    reached[end] = false;
    for (let from = Math.max(0, end - longest); from < end && !reached[end]; from++)
      reached[end] = reached[from] === true && known.has(word.slice(from, end));
  }
  return reached[word.length] === true;
}
