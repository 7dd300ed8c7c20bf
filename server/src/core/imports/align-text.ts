import { alignTexts } from '../domain/align-words.ts';
import type { SpokenWord } from '../domain/spoken-lines.ts';
import type { Segment } from '../domain/transcript.ts';

/** Less in common than this, and it is the text of something else. */
const LEAST_IN_COMMON = 0.2;

/**
 * Gives the words of a plain text, line by line, the times at which an engine heard them. Words that it did not hear share the time
 * between those around them. Null when the text has so little in common with what was heard that it belongs to something else.
 *
 * @param text paragraphs or lines; `Name:` at the start of a line is kept as it is, since it may be said
 */
export function alignText(text: string, heard: readonly Segment[]): SpokenWord[][] | null {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.split(/\s+/).filter((word) => word !== ''))
    .filter((line) => line.length > 0);
  const wanted = lines.flat();
  const said = heard.flatMap(({ words, speaker }) => words.map((word) => ({ ...word, speaker })));
  const pairs = alignTexts(
    said.map((word) => word.text),
    wanted,
  );
  const times: (SpokenWord | undefined)[] = wanted.map(() => undefined);
  let same = 0;
  for (const [i, j] of pairs) {
    const word = i === null ? undefined : said[i];
    if (j === null || !word) continue;
    times[j] = { ...word, text: wanted[j] ?? '' };
    if (alike(word.text, wanted[j] ?? '')) same += 1;
  }
  if (wanted.length === 0 || same < wanted.length * LEAST_IN_COMMON) return null;
  const timed = filled(wanted, times, said.at(-1)?.endMs ?? 0);
  let at = 0;
  return lines.map((line) => timed.slice(at, (at += line.length)));
}

function alike(a: string, b: string): boolean {
  const bare = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return bare(a) === bare(b);
}

/** All words with times: those without get the time between their neighbours, in equal shares. */
function filled(wanted: readonly string[], times: readonly (SpokenWord | undefined)[], endOfAll: number): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (let at = 0; at < wanted.length;) {
    const word = times[at];
    if (word) {
      words.push(word);
      at += 1;
      continue;
    }
    let end = at;
    while (end < wanted.length && !times[end]) end++;
    const before = words.at(-1);
    const after = times[end];
    const startMs = before?.endMs ?? 0;
    const endMs = Math.max(startMs, after?.startMs ?? endOfAll);
    const each = (endMs - startMs) / (end - at);
    for (let i = at; i < end; i++)
      words.push({
        text: wanted[i] ?? '',
        startMs: Math.round(startMs + (i - at) * each),
        endMs: Math.round(startMs + (i - at + 1) * each),
        // Nobody heard it.
        confidence: 0.5,
        speaker: before?.speaker ?? after?.speaker ?? null,
      });
    at = end;
  }
  return words;
}
