export interface Resources {
  /** Processes that may listen side by side, and processor threads of each. */
  readonly processes: number;
  readonly threads: number;
  /** Of the machine. */
  readonly memoryBytes: number;
}

/** What a process needs besides its model, and how much more than its file a model takes. Not measured with real weights. */
const BESIDES_BYTES = 300 * 1024 ** 2;
const MODEL_FACTOR = 1.5;
/** All processes together may take this part of the memory. */
const SHARE = 0.5;

/**
 * As many processes as there is memory for, one at least; with fewer of them each gets more threads.
 *
 * @example shareOut({ processes: 8, threads: 1, memoryBytes: 16 * 1024 ** 3 }, 1.6e9) // { processes: 3, threads: 3 }
 */
export function shareOut(
  { processes, threads, memoryBytes }: Resources,
  modelBytes: number,
): { processes: number; threads: number } {
  const each = modelBytes * MODEL_FACTOR + BESIDES_BYTES;
  const fitting = Math.max(1, Math.min(processes, Math.floor((memoryBytes * SHARE) / each)));
  return { processes: fitting, threads: Math.max(1, Math.round((processes * threads) / fitting)) };
}
