import type { BenchTable } from './bench-table.ts';

/** The process of one bench: runs the module it is given and sends the table to its parent. */
async function runOne(module: string): Promise<void> {
  const { run } = (await import(module)) as { run: () => Promise<BenchTable> }; // the catalogue lists only such modules
  const table = await run();
  process.send?.(table, () => process.disconnect());
}

const module = process.argv[2];
if (process.send && module) await runOne(module);
