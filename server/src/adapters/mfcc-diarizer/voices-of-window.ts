import { agglomerate } from './agglomerate.ts';
import { addFrames, emptySums, gaussianOf, surprise, type Gaussian, type Sums } from './gaussian.ts';
import { COEFFICIENTS, HOP, type Cepstrum } from './mel-cepstrum.ts';

/** Speech without a pause: where it begins in the recording, in samples, and what it sounds like. */
export interface Utterance {
  readonly startSample: number;
  readonly cepstrum: Cepstrum;
}

/** A voice of one window speaks from frame to frame of an utterance. */
export interface LocalTurn {
  readonly startSample: number;
  readonly endSample: number;
  readonly voice: number;
}

export interface WindowVoices {
  readonly voices: readonly Sums[];
  readonly turns: readonly LocalTurn[];
}

/** Frames; a piece this long has enough of a voice in it, and seldom two. */
const PIECE = 150;
/** Quieter than the loud frames of its utterance by more than this, a frame is a pause. */
const PAUSE_DECIBELS = 30;
/** Nobody speaks for less (frames). */
const SHORTEST_TURN = 50;
/** What a change of voices must be worth, in units of `surprise`: one frame in ten that fits a little better. */
const TURN_COST = 40;
const ROUNDS = 2;
/** Of a voice; fewer do not tell what it is like. */
const LEAST_FRAMES = 2 * COEFFICIENTS;
/** Too many voices in a window do no harm: they are joined across windows. Found by the bench, see docs/speakers.md. */
const PENALTY = 1.25;
const MOST_VOICES = 12;

/**
 * Who speaks when in some minutes of speech: pieces are joined to voices, then each stretch goes to the voice it fits, and voices are
 * learned again from what went to them. At least `least` voices, where there is so much speech.
 */
export function voicesOfWindow(
  utterances: readonly Utterance[],
  { penalty = PENALTY, least = 1 }: { readonly penalty?: number; readonly least?: number } = {},
): WindowVoices {
  const heard = utterances.map((utterance) => ({ ...utterance, active: activeFrames(utterance.cepstrum) }));
  const pieces = heard.flatMap(piecesOf).filter(({ count }) => count > COEFFICIENTS);
  if (pieces.length === 0) return { voices: [], turns: [] };
  let voices = agglomerate(pieces, { penalty, most: Math.max(least, MOST_VOICES), least }).sums;
  for (let round = 0; round < ROUNDS; round++) voices = learned(heard, voices);
  return { voices, turns: heard.flatMap((utterance) => turnsOf(utterance, voices.map(gaussianOf))) };
}

/** What the voices are after each stretch went to the one it fits; those that have next to nothing left are given up. */
function learned(heard: readonly HeardUtterance[], voices: readonly Sums[]): readonly Sums[] {
  const gaussians = voices.map(gaussianOf);
  const sums = voices.map(() => emptySums(COEFFICIENTS));
  for (const utterance of heard)
    for (const { voice, ...span } of turnsOf(utterance, gaussians))
      sums[voice] = addFrames(sums[voice]!, utterance.cepstrum.values, activeIn(utterance, span)); // one for each voice
  const kept = sums.filter(({ count }) => count > LEAST_FRAMES);
  return kept.length > 0 ? kept : voices;
}

interface HeardUtterance extends Utterance {
  readonly active: Uint8Array;
}

function activeFrames({ frames, levels }: Cepstrum): Uint8Array {
  const loud = levels.toSorted()[Math.floor(frames * 0.95)] ?? 0;
  return Uint8Array.from(levels, (level) => (level > loud - PAUSE_DECIBELS ? 1 : 0));
}

function piecesOf({ cepstrum, active }: HeardUtterance): Sums[] {
  const count = Math.max(1, Math.round(cepstrum.frames / PIECE));
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor((cepstrum.frames * i) / count), Math.floor((cepstrum.frames * (i + 1)) / count)];
    return addFrames(emptySums(COEFFICIENTS), cepstrum.values, activeBetween(active, from, to));
  });
}

function* activeBetween(active: Uint8Array, from: number, to: number): Generator<number> {
  for (let frame = from; frame < to; frame++) if (active[frame] === 1) yield frame;
}

function activeIn(utterance: HeardUtterance, span: { startSample: number; endSample: number }): Generator<number> {
  const frameOf = (sample: number): number => Math.round((sample - utterance.startSample) / HOP);
  return activeBetween(utterance.active, frameOf(span.startSample), Math.min(utterance.cepstrum.frames, frameOf(span.endSample)));
}

/** The most likely order of voices in which each speaks for `SHORTEST_TURN` at least (Viterbi, over steps of that length by frame). */
function turnsOf(utterance: HeardUtterance, gaussians: readonly Gaussian[]): LocalTurn[] {
  const { cepstrum, active, startSample } = utterance;
  const frames = cepstrum.frames;
  if (frames === 0) return [];
  // Sums of surprises up to each frame, so that any stretch is two look-ups.
  const solved = new Float64Array(COEFFICIENTS);
  const sums = gaussians.map((gaussian) => {
    const sum = new Float64Array(frames + 1);
    for (let f = 0; f < frames; f++)
      sum[f + 1] = sum[f]! + (active[f] === 1 ? surprise(gaussian, cepstrum.values, f, solved) : 0);
    return sum;
  });
  const best = new Float64Array(frames + 1).fill(Infinity);
  const from = new Int32Array(frames + 1);
  const voiceAt = new Int32Array(frames + 1);
  best[0] = 0;
  // The best beginning of a turn of each voice that may end here: `best[t] - sums[voice][t]` over all t far enough back.
  const opening = gaussians.map(() => ({ value: Infinity, at: 0 }));
  const shortest = Math.min(SHORTEST_TURN, frames);
  for (let end = shortest; end <= frames; end++) {
    const start = end - shortest;
    for (const [voice, open] of opening.entries()) {
      const value = best[start]! - sums[voice]![start]!;
      if (value < open.value) [open.value, open.at] = [value, start];
      const total = open.value + sums[voice]![end]! + TURN_COST;
      if (total < best[end]!) [best[end], from[end], voiceAt[end]] = [total, open.at, voice];
    }
  }
  const turns: LocalTurn[] = [];
  for (let end = frames; end > 0; end = from[end]!) {
    const span = { startSample: startSample + from[end]! * HOP, endSample: startSample + end * HOP };
    turns.unshift({ ...span, voice: voiceAt[end]! });
  }
  return turns;
}
