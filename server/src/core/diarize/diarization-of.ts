import { samplesToMs } from '../domain/audio.ts';
import type { Diarization, VoiceEmbedding } from '../ports/diarizer.ts';

/** A voice, by any number, speaks; in samples from the start of the recording. */
export interface VoiceTurn {
  readonly startSample: number;
  readonly endSample: number;
  readonly voice: number;
}

/**
 * What an engine found, as the port gives it: turns in order, those of one voice that touch or overlap as one, and voices named `S1`,
 * `S2`, ... as they are first heard.
 */
export function diarizationOf(
  model: string,
  found: readonly VoiceTurn[],
  embeddings: ReadonlyMap<number, VoiceEmbedding> = new Map(),
): Diarization {
  const names = new Map<number, string>();
  const open = new Map<string, { startMs: number; endMs: number; speaker: string }>();
  const turns: { startMs: number; endMs: number; speaker: string }[] = [];
  for (const { startSample, endSample, voice } of found.toSorted((a, b) => a.startSample - b.startSample)) {
    const [startMs, endMs] = [samplesToMs(startSample), samplesToMs(endSample)];
    if (endMs <= startMs) continue;
    const speaker = names.get(voice) ?? `S${names.size + 1}`;
    names.set(voice, speaker);
    const before = open.get(speaker);
    if (before && startMs <= before.endMs) before.endMs = Math.max(before.endMs, endMs);
    else {
      const turn = { startMs, endMs, speaker };
      open.set(speaker, turn);
      turns.push(turn);
    }
  }
  const lengths = new Map<string, number>();
  for (const { speaker, startMs, endMs } of turns) lengths.set(speaker, (lengths.get(speaker) ?? 0) + endMs - startMs);
  const voices = [...names].map(([voice, speaker]) => ({
    speaker,
    speechMs: lengths.get(speaker) ?? 0,
    embedding: embeddings.get(voice) ?? null,
  }));
  return { model, turns, voices };
}
