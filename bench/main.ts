import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chooseBenches, type Bench, type BenchOptions } from './bench-catalogue.ts';
import { formatTable, type BenchTable } from './bench-table.ts';

const RESULTS = new URL('./results/', import.meta.url);

/** Runs benches one after another, each in a process of its own. Returns whether all ran and met their goals. */
async function runAll(chosen: readonly Bench[], options: BenchOptions): Promise<boolean> {
  let ok = true;
  for (const bench of chosen) {
    console.error(`Running ${bench.name} ...`);
    const table = await runInChild(bench, options);
    if (table === null) {
      console.log(`${bench.name}\n  FAILED: no figures\n`);
      ok = false;
      continue;
    }
    if (!options.short) keep(bench.name, table);
    console.log(`${formatTable(table)}\n`);
    ok &&= table.rows.every((row) => row.ok !== false);
  }
  return ok;
}

/** The bench's table; null when it ended without one (what it said about that stands on standard error). */
function runInChild(bench: Bench, options: BenchOptions): Promise<BenchTable | null> {
  return new Promise((resolve) => {
    let table: BenchTable | null = null;
    const child = fork(fileURLToPath(new URL('./run-one.ts', import.meta.url)), [bench.module.href, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (message) => {
      table = message as BenchTable; // run-one.ts sends nothing else
    });
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code === 0 ? table : null));
  });
}

function keep(name: string, table: BenchTable): void {
  const measured = { date: new Date().toISOString(), node: process.version, cores: availableParallelism() };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify({ ...measured, ...table }, null, 2)}\n`);
}

try {
  const names = process.argv.slice(2).filter((word) => word !== '--short');
  const short = process.argv.includes('--short', 2);
  process.exitCode = (await runAll(chooseBenches(names), { short })) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
