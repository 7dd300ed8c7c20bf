import { revise, type Revision } from '../domain/revision.ts';
import type { Segment } from '../domain/transcript.ts';

/**
 * A revision in which all that `from` says is said by `into`: turns, what people gave to speakers, and, where nobody else
 * is given, what the words below say themselves.
 */
export function relabel(base: readonly Segment[], revision: Revision, from: string, into: string): Revision {
  const renamed = <T extends { readonly speaker: string | null }>(one: T): T =>
    one.speaker === from ? { ...one, speaker: into } : one;
  const now = { ...revision, turns: revision.turns.map(renamed), speakers: revision.speakers.map(renamed) };
  const left = wordsBetween(revise(base, { ...now, texts: [] }), from, [{ startMs: -Infinity, endMs: Infinity }]);
  const patches = [...now.speakers, ...left.map((run) => ({ ...run, speaker: into }))];
  return { ...now, speakers: patches.toSorted((a, b) => a.firstWord - b.firstWord) };
}

/** Runs of words, as they are shown, that the speaker says between two moments; both ends of a run included. */
export function wordsBetween(
  segments: readonly Segment[],
  speaker: string,
  spans: readonly { readonly startMs: number; readonly endMs: number }[],
): { firstWord: number; lastWord: number }[] {
  const runs: { firstWord: number; lastWord: number }[] = [];
  let index = 0;
  for (const segment of segments)
    for (const { startMs, endMs } of segment.words) {
      const middle = (startMs + endMs) / 2;
      const isIn = segment.speaker === speaker && spans.some((span) => middle >= span.startMs && middle < span.endMs);
      const run = runs.at(-1);
      if (isIn && run?.lastWord === index - 1) run.lastWord = index;
      else if (isIn) runs.push({ firstWord: index, lastWord: index });
      index += 1;
    }
  return runs;
}
