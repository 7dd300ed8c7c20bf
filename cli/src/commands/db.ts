import { composeDatabaseCopy, type DatabaseCopyReport } from '@scholium/server/compose-database-copy.ts';
import { loadConfig } from '@scholium/server/config.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { startProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `scholium db copy`: moves the database of an installation from SQLite to PostgreSQL, or back, and compares both. */
export async function copyDatabase(context: CommandContext, input: { from: string; to: string; dryRun: boolean }): Promise<void> {
  const { terminal, signal } = context;
  const progress = await startProgress(terminal, 'Copying');
  let report: DatabaseCopyReport;
  try {
    report = await composeDatabaseCopy(loadConfig(), {
      ...input,
      signal,
      onInUse: () =>
        progress.line('A process of Scholium has the source open. Stop it first: what it writes from now on is not in the copy.'),
      onProgress: ({ table, rows, of }) => progress.update(of === 0 ? 0 : rows / of, `${table}: ${rows} of ${of}`),
    });
  } finally {
    progress.stop();
  }
  printResult(context, report, () => show(terminal, report, input.dryRun));
}

function show(terminal: Terminal, { tables, jobsReleased, from, to }: DatabaseCopyReport, dryRun: boolean): void {
  const width = Math.max(...tables.map(({ table }) => table.length));
  for (const { table, rows, hash } of tables)
    terminal.print(`  ${table.padEnd(width)}  ${String(rows).padStart(9)}${hash === null ? '' : `  ${hash.slice(0, 16)}  same`}`);
  const sum = tables.reduce((total, { rows }) => total + rows, 0);
  if (dryRun) return terminal.print(`\n${sum} rows would be copied from ${from} to ${to}. Nothing was written.`);
  terminal.print(`\n${sum} rows were copied from ${from} to ${to}; counts and hashes are the same on both sides.`);
  if (jobsReleased > 0) terminal.print(`Jobs that were running and will be taken up again: ${jobsReleased}.`);
  terminal.print('The search index is made again at the first start. Files are where they were (DATA_DIR or the bucket).');
}
