import { agglomerate } from './agglomerate.ts';
import type { Sums } from './gaussian.ts';
import type { LocalTurn, WindowVoices } from './voices-of-window.ts';

/** Found by the bench, see docs/speakers.md. */
const PENALTY = 4;

export interface LinkedTurn {
  readonly startSample: number;
  readonly endSample: number;
  readonly voice: number;
}

/** The voices of all windows as those of one recording: at most `most`, exactly `speakers` where that is known. */
export function linkWindows(
  windows: readonly WindowVoices[],
  { speakers, most, penalty = PENALTY }: { speakers: number | null; most: number; penalty?: number },
): LinkedTurn[] {
  const voices: Sums[] = windows.flatMap((window) => [...window.voices]);
  const limits = speakers === null ? { most, least: 1 } : { most: speakers, least: speakers };
  const { of } = agglomerate(voices, { penalty, ...limits });
  let offset = 0;
  const turns: LocalTurn[] = [];
  for (const window of windows) {
    for (const turn of window.turns) turns.push({ ...turn, voice: of[offset + turn.voice] ?? 0 });
    offset += window.voices.length;
  }
  return turns;
}
