import type { BenchOptions } from './bench-catalogue.ts';
import type { BenchTable } from './bench-table.ts';

/** The process of one bench: runs the module it is given and sends the table to its parent. */
async function runOne(module: string, options: BenchOptions): Promise<void> {
  const { run } = (await import(module)) as { run: (options: BenchOptions) => Promise<BenchTable> }; // the catalogue lists only such modules
  const table = await run(options);
  process.send?.(table, () => process.disconnect());
}

const [module, options] = process.argv.slice(2);
// Both come from main.ts.
if (process.send && module && options) await runOne(module, JSON.parse(options) as BenchOptions);
