export type BenchGroup = 'speed' | 'quality';

export interface Bench {
  readonly name: string;
  readonly group: BenchGroup;
  /** A module that exports `run(options: BenchOptions): Promise<BenchTable>`. */
  readonly module: URL;
}

export interface BenchOptions {
  /** Shows in little time that the bench works; its figures are not kept. Benches that take less than a minute know only one form. */
  readonly short: boolean;
}

/** All benches, in the order they run in: short ones first. */
export const benches: readonly Bench[] = [
  bench('startup', 'speed', './startup/startup.ts'),
  bench('search', 'speed', './search/search-speed.ts'),
  bench('study', 'speed', './study/study.ts'),
  bench('search-postgres', 'speed', './search/search-speed-postgres.ts'),
  bench('queue', 'speed', './queue/queue.ts'),
  bench('recovery', 'speed', './recovery/recovery.ts'),
  bench('uploads', 'speed', './uploads/uploads.ts'),
  bench('live', 'speed', './live/live-latency.ts'),
  bench('overhead', 'speed', './overhead/overhead.ts'),
  bench('speech', 'speed', './speech/speech-speed.ts'),
  bench('memory', 'speed', './memory/memory.ts'),
  bench('workers', 'speed', './workers/workers.ts'),
  bench('retrieval', 'quality', './quality/retrieval.ts'),
  bench('meetings', 'quality', './quality/meetings.ts'),
  bench('answers', 'quality', './quality/answers.ts'),
  bench('documents', 'quality', './quality/documents.ts'),
  bench('notes', 'quality', './quality/notes.ts'),
  bench('seams', 'quality', './quality/seams.ts'),
  bench('sentences', 'quality', './quality/sentence-boundaries.ts'),
  bench('diarization', 'quality', './quality/diarization.ts'),
  bench('word-error-rate', 'quality', './quality/word-error-rate.ts'),
];

/**
 * The benches that are meant by names; no name means speed and memory, `quality` all of that group.
 *
 * @throws RangeError for a name that is none, with those that are
 */
export function chooseBenches(names: readonly string[]): readonly Bench[] {
  const wanted = names.length === 0 ? ['speed'] : names;
  const known = (name: string) => benches.filter((candidate) => candidate.name === name || candidate.group === name);
  const unknown = wanted.find((name) => known(name).length === 0);
  if (unknown !== undefined) {
    throw new RangeError(
      `There is no bench "${unknown}". There are: ${['speed', 'quality', ...benches.map(({ name }) => name)].join(', ')}.`,
    );
  }
  return benches.filter((candidate) => wanted.some((name) => known(name).includes(candidate)));
}

function bench(name: string, group: BenchGroup, path: string): Bench {
  return { name, group, module: new URL(path, import.meta.url) };
}
