import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** A label takes so many values; what comes later is counted as `other`, so that nobody can fill the memory. */
const MAX_LABEL_VALUES = 100;

/** Keeps the values that a label takes few. */
export function boundedLabel(): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= MAX_LABEL_VALUES) return 'other';
    seen.add(value);
    return value;
  };
}

export function counter<L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[] = []) {
  return new Counter<L>({ name, help, labelNames, registers: [registry] });
}

export function gauge<L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[] = []) {
  return new Gauge<L>({ name, help, labelNames, registers: [registry] });
}

/** Limits in the unit of the name. */
export function histogram<L extends string>(
  registry: Registry,
  { name, help, buckets, labelNames = [] }: { name: string; help: string; buckets: number[]; labelNames?: readonly L[] },
) {
  return new Histogram<L>({ name, help, labelNames, buckets, registers: [registry] });
}
