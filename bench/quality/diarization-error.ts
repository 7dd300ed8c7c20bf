/** Somebody speaks, in seconds. */
export interface Turn {
  readonly start: number;
  readonly end: number;
  readonly speaker: string;
}

export interface DiarizationScore {
  /** Seconds of reference speech that count, each speaker of an overlap by itself. */
  readonly speech: number;
  readonly missed: number;
  readonly falseAlarm: number;
  readonly confused: number;
  /** Diarization error rate: all errors by `speech`. */
  readonly rate: number;
}

export interface ScoreOptions {
  /** Seconds around each boundary of the reference that do not count. */
  readonly collar: number;
  /** Whether places where several speak at once are left out. */
  readonly ignoresOverlap: boolean;
}

/**
 * Diarization error rate as NIST defines it (md-eval): speakers are mapped one to one so that most time agrees; where the reference has
 * more speakers than the system, the rest is missed, where it has fewer, a false alarm. Scored from the first to the last speech of the reference.
 */
export function scoreDiarization(reference: readonly Turn[], system: readonly Turn[], options: ScoreOptions): DiarizationScore {
  const pieces = scoredPieces(reference, system, options);
  const together = new Map<string, Map<string, number>>();
  for (const { said, heard, length } of pieces)
    for (const one of said)
      for (const other of heard) {
        const row = together.get(one) ?? new Map<string, number>();
        together.set(one, row.set(other, (row.get(other) ?? 0) + length));
      }
  const mapping = bestMapping(together);
  let [speech, missed, falseAlarm, confused] = [0, 0, 0, 0];
  for (const { said, heard, length } of pieces) {
    const right = said.filter((speaker) => heard.includes(mapping.get(speaker) ?? '')).length;
    speech += said.length * length;
    missed += Math.max(0, said.length - heard.length) * length;
    falseAlarm += Math.max(0, heard.length - said.length) * length;
    confused += (Math.min(said.length, heard.length) - right) * length;
  }
  return { speech, missed, falseAlarm, confused, rate: (missed + falseAlarm + confused) / speech };
}

interface Piece {
  readonly said: readonly string[];
  readonly heard: readonly string[];
  readonly length: number;
}

/** Stretches in which nobody begins or ends, without those that do not count. */
function scoredPieces(reference: readonly Turn[], system: readonly Turn[], options: ScoreOptions): Piece[] {
  const merged = mergedBySpeaker(reference);
  const [from, to] = [Math.min(...merged.map(({ start }) => start)), Math.max(...merged.map(({ end }) => end))];
  const collars = merged
    .flatMap(({ start, end }) => [start, end])
    .map((at) => ({ start: at - options.collar, end: at + options.collar, speaker: '' }));
  const heardTurns = mergedBySpeaker(system);
  const edges = [...merged, ...heardTurns, ...(options.collar > 0 ? collars : [])].flatMap(({ start, end }) => [start, end]);
  const cuts = [...new Set([from, to, ...edges])].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  const pieces: Piece[] = [];
  for (const [i, start] of cuts.slice(0, -1).entries()) {
    const end = cuts[i + 1] ?? start;
    const middle = (start + end) / 2;
    const around = (turns: readonly Turn[]): string[] =>
      turns.filter((turn) => turn.start <= middle && middle < turn.end).map(({ speaker }) => speaker);
    if (options.collar > 0 && around(collars).length > 0) continue;
    const said = around(merged);
    if (options.ignoresOverlap && said.length > 1) continue;
    pieces.push({ said, heard: around(heardTurns), length: end - start });
  }
  return pieces;
}

/** Turns of one speaker that touch become one. */
function mergedBySpeaker(turns: readonly Turn[]): Turn[] {
  const last = new Map<string, Turn>();
  const merged: Turn[] = [];
  for (const turn of turns.toSorted((a, b) => a.start - b.start)) {
    const before = last.get(turn.speaker);
    if (before && turn.start <= before.end) {
      const joined = { ...before, end: Math.max(before.end, turn.end) };
      merged[merged.indexOf(before)] = joined;
      last.set(turn.speaker, joined);
    } else {
      merged.push(turn);
      last.set(turn.speaker, turn);
    }
  }
  return merged;
}

/** The one-to-one mapping with most time in common: the Hungarian method with potentials, O(n^3). */
export function bestMapping(together: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, string> {
  const rows = [...together.keys()];
  const columns = [...new Set([...together.values()].flatMap((row) => [...row.keys()]))];
  const size = Math.max(rows.length, columns.length);
  const cost = (i: number, j: number): number => -(together.get(rows[i - 1] ?? '')?.get(columns[j - 1] ?? '') ?? 0);
  const [u, v, owner] = [new Float64Array(size + 1), new Float64Array(size + 1), new Int32Array(size + 1)];
  const way = new Int32Array(size + 1);
  for (let i = 1; i <= size; i++) {
    owner[0] = i;
    let at = 0;
    const least = new Float64Array(size + 1).fill(Infinity);
    const used = new Uint8Array(size + 1);
    do {
      used[at] = 1;
      let [delta, next] = [Infinity, 0];
      for (let j = 1; j <= size; j++) {
        if (used[j]) continue;
        const reduced = cost(owner[at]!, j) - u[owner[at]!]! - v[j]!;
        if (reduced < least[j]!) [least[j], way[j]] = [reduced, at];
        if (least[j]! < delta) [delta, next] = [least[j]!, j];
      }
      for (let j = 0; j <= size; j++) {
        if (used[j]) {
          u[owner[j]!]! += delta;
          v[j]! -= delta;
        } else least[j]! -= delta;
      }
      at = next;
    } while (owner[at] !== 0);
    while (at !== 0) {
      owner[at] = owner[way[at]!]!;
      at = way[at]!;
    }
  }
  const mapping = new Map<string, string>();
  for (let j = 1; j <= size; j++) {
    const [row, column] = [rows[owner[j]! - 1], columns[j - 1]];
    if (row !== undefined && column !== undefined && cost(owner[j]!, j) < 0) mapping.set(row, column);
  }
  return mapping;
}

/** The turns of an RTTM file. */
export function readRttm(text: string): Turn[] {
  return text.split('\n').flatMap((line) => {
    const [kind, , , start, length, , , speaker] = line.trim().split(/\s+/);
    if (kind !== 'SPEAKER' || speaker === undefined) return [];
    return [{ start: Number(start), end: Number(start) + Number(length), speaker }];
  });
}
