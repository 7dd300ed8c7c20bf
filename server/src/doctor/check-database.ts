import { copyFile, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core/ports/log.ts';
import { findingOf, ok, quietLog, type Finding } from './finding.ts';

export interface DatabaseInput {
  readonly path: string;
  /** A folder of our own. */
  readonly folder: string;
  /** Our own server is at work on it: then the file is in good order, and copying it would catch it half written. */
  readonly running: boolean;
  /** Opens a database file, updating it, and closes it again. */
  readonly open: (path: string, log: Log) => Promise<void>;
}

/** Opens a copy of the database, so that looking changes nothing: not damaged, not newer than this version, up to date or not. */
export async function checkDatabase(input: DatabaseInput): Promise<Finding> {
  const name = 'Database';
  return findingOf(name, async () => {
    const found = await stat(input.path).catch(() => null);
    if (!found) return ok(name, `"${input.path}" will be made at the first start.`);
    if (input.running) return ok(name, 'The running server works with it.');
    const copy = join(input.folder, 'copy.db');
    await copyDatabase(input.path, copy);
    let pending = 0;
    const log: Log = {
      ...quietLog,
      info: (_category, event, fields) => void (pending += event === 'database.migrated' ? count(fields?.['migrations']) : 0),
    };
    await input.open(copy, log);
    if (pending === 0) return ok(name, 'It opens and is up to date.');
    return ok(
      name,
      `It opens; ${pending === 1 ? 'one update' : `${pending} updates`} will be made at the next start (or by "scholium migrate").`,
    );
  });
}

async function copyDatabase(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // What was written last stands in the log beside it, if there is one.
  await copyFile(`${from}-wal`, `${to}-wal`, constants.COPYFILE_FICLONE).catch(() => {});
}

function count(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
