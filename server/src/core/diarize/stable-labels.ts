import type { SpeakerTurn } from '../domain/revision.ts';

/**
 * What speakers that were found now are called, so that who was known before keeps the label, and with it the name: by most time
 * together, one to one. Others get the next free `S` label.
 *
 * @param taken labels that belong to somebody else, said by a person or a file
 */
export function stableLabels(
  before: readonly SpeakerTurn[],
  found: readonly SpeakerTurn[],
  taken: ReadonlySet<string> = new Set(),
): Map<string, string> {
  const together = pairsByTime(before, found);
  const labels = new Map<string, string>();
  const used = new Set(taken);
  for (const { old, now } of together) {
    if (labels.has(now) || used.has(old)) continue;
    labels.set(now, old);
    used.add(old);
  }
  const known = new Set([...used, ...before.map(({ speaker }) => speaker)]);
  for (const speaker of new Set(found.map((turn) => turn.speaker))) {
    if (labels.has(speaker)) continue;
    const label = known.has(speaker) ? nextLabel(known) : speaker;
    labels.set(speaker, label);
    known.add(label);
  }
  return labels;
}

/** The first of `S1`, `S2`, ... that nobody has. */
export function nextLabel(known: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!known.has(`S${number}`)) return `S${number}`;
}

function pairsByTime(before: readonly SpeakerTurn[], found: readonly SpeakerTurn[]): { old: string; now: string; ms: number }[] {
  const pairs = new Map<string, { old: string; now: string; ms: number }>();
  const older = before.toSorted((a, b) => a.startMs - b.startMs);
  let from = 0;
  let longest = 0;
  for (const { endMs, startMs } of older) longest = Math.max(longest, endMs - startMs);
  for (const turn of found.toSorted((a, b) => a.startMs - b.startMs)) {
    while ((older[from]?.startMs ?? Infinity) + longest < turn.startMs) from++;
    for (let i = from; (older[i]?.startMs ?? Infinity) < turn.endMs; i++) {
      const other = older[i]!; // in range: it starts somewhere
      const ms = Math.min(turn.endMs, other.endMs) - Math.max(turn.startMs, other.startMs);
      if (ms <= 0) continue;
      const key = JSON.stringify([other.speaker, turn.speaker]);
      pairs.set(key, { old: other.speaker, now: turn.speaker, ms: ms + (pairs.get(key)?.ms ?? 0) });
    }
  }
  return [...pairs.values()].toSorted((a, b) => b.ms - a.ms);
}
