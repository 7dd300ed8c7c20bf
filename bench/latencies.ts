/** Milliseconds that many calls took. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

/** @throws RangeError when there are none */
export function latenciesOf(values: readonly number[]): Latencies {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  if (sorted.length === 0) throw new RangeError('Nothing was measured.');
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}
