import type { VoiceEmbedding } from '../ports/diarizer.ts';
import type { Speaker } from '../domain/speaker.ts';

/**
 * Cosine of two voices above which they are taken for one person's. sherpa-onnx takes 0.6 in its examples of knowing speakers again; a
 * wrong name does more harm than a missing one. Not measured with real voice models: docs/speakers.md.
 */
export const SAME_VOICE = 0.65;
/** The next best of another name must be this much less like it. */
const CLEARLY = 0.05;
/** Less speech does not tell what a voice is like. */
const ENOUGH_MS = 10_000;

/**
 * Speakers with the names of those whose voices are like theirs, each name once, best first; marked `byVoice`. Nobody whom a person named gets
 * another name, and approximate engines, which know no voices, give none.
 */
export function nameByVoice(speakers: readonly Speaker[], named: readonly Speaker[]): Speaker[] {
  const pairs = speakers.flatMap((speaker) => {
    const { name, byVoice, voice, speechMs } = speaker;
    if ((name !== null && !byVoice) || voice === null || speechMs < ENOUGH_MS) return [];
    return clearlyLike(
      voice,
      named.filter((other) => other.sourceId !== speaker.sourceId),
    ).map((match) => ({ speaker, ...match }));
  });
  const given = new Map<Speaker, string>();
  const used = new Set(speakers.flatMap(({ name, byVoice }) => (name === null || byVoice ? [] : [name])));
  for (const { speaker, name } of pairs.toSorted((a, b) => b.likeness - a.likeness)) {
    if (used.has(name)) continue;
    given.set(speaker, name);
    used.add(name);
  }
  return speakers.map((speaker) => {
    const name = given.get(speaker);
    if (name !== undefined) return { ...speaker, name, byVoice: true };
    return speaker.byVoice ? { ...speaker, name: null, byVoice: false } : speaker;
  });
}

/** The name that a voice is like, if there is one and no other is nearly as like it. */
function clearlyLike(voice: VoiceEmbedding, named: readonly Speaker[]): { name: string; likeness: number }[] {
  const best = new Map<string, number>();
  for (const { name, voice: other } of named) {
    if (name === null || other === null || other.space !== voice.space) continue;
    best.set(name, Math.max(best.get(name) ?? -1, cosine(voice.vector, other.vector)));
  }
  const [first, second] = [...best].map(([name, likeness]) => ({ name, likeness })).toSorted((a, b) => b.likeness - a.likeness);
  if (!first || first.likeness < SAME_VOICE) return [];
  return second && first.likeness - second.likeness < CLEARLY ? [] : [first];
}

/** Of vectors of length 1. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return -1;
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
