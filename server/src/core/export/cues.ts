import type { Segment } from '../domain/transcript.ts';

/** A subtitle: one or two lines shown from `startMs` to `endMs`. */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  readonly lines: readonly string[];
}

/** Netflix Timed Text Style Guide: at most 2 lines of 42 characters, at most 7 s; 1 s is what can just be read. */
export const CUE_LIMITS = { lineLength: 42, minMs: 1_000, maxMs: 7_000 } as const;

const PHRASE_END = /[.,;:!?…。、！？]["'”’)]*$/u;

interface Token {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  /** The last of its segment: the best place to break. */
  readonly endsSegment: boolean;
}

/**
 * Cuts speech into subtitles at its words, best at the end of a sentence, next best after a comma. Cues follow each
 * other without overlap and last 1 to 7 s; where words come faster than they can be shown, later cues wait.
 */
export function cuesOf(segments: readonly Segment[]): readonly Cue[] {
  const groups = groupTokens(segments.flatMap(tokensOf));
  const cues: Cue[] = [];
  for (const [index, group] of groups.entries()) {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) continue;
    const { minMs, maxMs } = CUE_LIMITS;
    const startMs = Math.max(first.startMs, cues.at(-1)?.endMs ?? 0);
    const nextStartMs = groups[index + 1]?.[0]?.startMs ?? Number.POSITIVE_INFINITY;
    const wantedMs = Math.max(Math.min(last.endMs, nextStartMs), startMs + minMs);
    cues.push({
      startMs,
      endMs: Math.min(wantedMs, startMs + maxMs),
      speaker: first.speaker,
      lines: wrap(group.map((token) => token.text)) ?? [],
    });
  }
  return cues;
}

/** Words as they are shown: no white space inside, none longer than a line. */
function tokensOf(segment: Segment): Token[] {
  const { speaker } = segment;
  const tokens = segment.words.flatMap(({ text, startMs, endMs }) => {
    const pieces = text
      .replace(/\p{Cc}+/gu, ' ')
      .split(/\s+/u)
      .filter((piece) => piece !== '')
      .flatMap(cutToLineLength);
    const pieceMs = (endMs - startMs) / Math.max(1, pieces.length);
    return pieces.map((piece, index) => ({
      text: piece,
      startMs: Math.round(startMs + index * pieceMs),
      endMs: Math.round(startMs + (index + 1) * pieceMs),
      speaker,
      endsSegment: false,
    }));
  });
  return tokens.map((token, index) => ({ ...token, endsSegment: index === tokens.length - 1 }));
}

function cutToLineLength(word: string): string[] {
  const characters = [...word];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += CUE_LIMITS.lineLength) {
    pieces.push(characters.slice(at, at + CUE_LIMITS.lineLength).join(''));
  }
  return pieces;
}

function groupTokens(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [];
  let group: Token[] = [];
  for (const token of tokens) {
    if (group.length > 0 && mustBreak(group, token)) {
      const keep = fits(group, token) ? group.length : bestBreak(group);
      groups.push(group.slice(0, keep));
      group = group.slice(keep);
      // What was carried over may still be too much together with the new word.
      if (group.length > 0 && !fits(group, token)) {
        groups.push(group);
        group = [];
      }
    }
    group.push(token);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function mustBreak(group: readonly Token[], next: Token): boolean {
  const last = group.at(-1);
  if (!last || last.speaker !== next.speaker || !fits(group, next)) return true;
  // A sentence too short to be read alone stays with the one that follows at once.
  const availableMs = next.startMs - (group[0]?.startMs ?? 0);
  return last.endsSegment && availableMs >= CUE_LIMITS.minMs;
}

function fits(group: readonly Token[], next: Token): boolean {
  const startMs = group[0]?.startMs ?? next.startMs;
  return next.endMs - startMs <= CUE_LIMITS.maxMs && wrap([...group.map((token) => token.text), next.text]) !== null;
}

/** How many tokens to keep when the next does not fit: up to the last comma or full stop of the second half. */
function bestBreak(group: readonly Token[]): number {
  for (let count = group.length; count > group.length / 2; count -= 1) {
    const token = group[count - 1];
    if (token && (token.endsSegment || PHRASE_END.test(token.text))) return count;
  }
  return group.length;
}

/** One line, or the two that read best; null when it needs more. */
function wrap(words: readonly string[]): readonly string[] | null {
  const whole = words.join(' ');
  if (lengthOf(whole) <= CUE_LIMITS.lineLength) return [whole];
  let best: { lines: readonly string[]; difference: number } | null = null;
  for (let count = 1; count < words.length; count += 1) {
    const lines = [words.slice(0, count).join(' '), words.slice(count).join(' ')] as const;
    const [upper, lower] = [lengthOf(lines[0]), lengthOf(lines[1])];
    if (upper > CUE_LIMITS.lineLength) break;
    // A line that ends where a phrase does reads better than one of the same length.
    const difference = Math.abs(upper - lower) - (PHRASE_END.test(lines[0]) ? 14 : 0);
    if (lower <= CUE_LIMITS.lineLength && (best === null || difference < best.difference)) best = { lines, difference };
  }
  return best?.lines ?? null;
}

function lengthOf(text: string): number {
  return [...text].length;
}
