/** A voice of one window: what it sounds like, and how long it is heard. */
export interface WindowVoice {
  /** Of length 1; null for one that is heard too little. */
  readonly vector: readonly number[] | null;
  readonly samples: number;
}

/**
 * Which voices of all windows are one, by index: the two most alike (by the cosine of their weighted means) are joined until none are as alike as
 * `likeness`; to just `most`, where that is known. One that is heard too little belongs to whoever is heard most.
 */
export function linkVoices(
  voices: readonly WindowVoice[],
  { likeness, most }: { readonly likeness: number; readonly most: number | null },
): number[] {
  let groups = voices.flatMap(({ vector, samples }, index) =>
    vector ? [{ sum: vector.map((value) => value * samples), samples, members: [index] }] : [],
  );
  for (;;) {
    let best: { a: number; b: number; cosine: number } | null = null;
    for (let a = 0; a < groups.length; a++)
      for (let b = a + 1; b < groups.length; b++) {
        const cosine = cosineOf(groups[a]!.sum, groups[b]!.sum); // both in range
        if (best === null || cosine > best.cosine) best = { a, b, cosine };
      }
    // A number that was given is what there is, however alike the voices are.
    const isEnough = most === null ? (best?.cosine ?? -1) < likeness : groups.length <= most;
    if (best === null || isEnough) break;
    const { a, b } = best;
    const [one, other] = [groups[a]!, groups[b]!]; // as above
    const joined = {
      sum: one.sum.map((value, i) => value + (other.sum[i] ?? 0)),
      samples: one.samples + other.samples,
      members: [...one.members, ...other.members],
    };
    groups = [...groups.filter((_, i) => i !== a && i !== b), joined];
  }
  groups = groups.toSorted((a, b) => b.samples - a.samples);
  const of = voices.map(() => 0);
  for (const [group, { members }] of groups.entries()) for (const member of members) of[member] = group;
  return of;
}

/** The direction of some voices together, of length 1; null where none is known. */
export function meanVoice(voices: readonly WindowVoice[]): number[] | null {
  const known = voices.flatMap(({ vector, samples }) => (vector ? [{ vector, samples }] : []));
  const [first] = known;
  if (!first) return null;
  const sum = first.vector.map((_, i) => known.reduce((all, { vector, samples }) => all + (vector[i] ?? 0) * samples, 0));
  const length = Math.hypot(...sum);
  return length > 0 ? sum.map((value) => value / length) : null;
}

function cosineOf(a: readonly number[], b: readonly number[]): number {
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  return lengths === 0 ? -1 : a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / lengths;
}
