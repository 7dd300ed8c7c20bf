import { AppError } from '../../../core/domain/app-error.ts';
import { inOrder, type CopyRow, type CopySide, type TableShape } from './copy-side.ts';
import { rowDigest, type TableDigest } from './row-digest.ts';

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  /** Of the rows as they were written; the same on both sides. Null in a dry run. */
  readonly hash: string | null;
}

export interface CopyReport {
  readonly tables: readonly CopiedTable[];
  /** Jobs that were running: their lease is over, so that a worker takes them anew. */
  readonly jobsReleased: number;
}

export interface CopyInput {
  readonly source: CopySide;
  readonly target: CopySide;
  /** Migrations this code knows. */
  readonly migrations: readonly string[];
  /** Only counts. Nothing is written, and the target is not looked at. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { table: string; rows: number; of: number }) => void;
}

/**
 * Copies every table from one database to another: the source in one snapshot, the target in one transaction, so that
 * whatever happens in the middle leaves nothing there. What was written is read back and compared before it counts.
 *
 * @throws AppError `database_unavailable` (the source is newer, older or incomplete), `database_not_empty`,
 * `database_copy_failed` (the target holds something else than was written)
 */
export async function copyDatabase(input: CopyInput): Promise<CopyReport> {
  const { source, target, signal } = input;
  await requireSchema(source, input.migrations);
  if (input.dryRun) return countOnly(source);
  const tables = await tablesOfBoth(source, target);
  await source.begin('read', tables);
  try {
    try {
      await target.begin('write', tables);
      for (const table of tables) await requireEmpty(target, table);
      const report = await copyTables(input, tables);
      signal.throwIfAborted();
      await target.end('commit');
      return report;
    } catch (error) {
      await target.end('rollback').catch(() => {}); // the first error is the cause
      throw error;
    }
  } finally {
    await source.end('rollback').catch(() => {}); // it only read
  }
}

async function copyTables(input: CopyInput, tables: readonly TableShape[]): Promise<CopyReport> {
  const copied: CopiedTable[] = [];
  let jobsReleased = 0;
  for (const table of tables) {
    const wanted = await copyTable(input, table, (row) => {
      // A lease that is over already (0) is one that an earlier copy ended.
      if (table.name !== 'jobs' || row['status'] !== 'running' || Number(row['lease_expires_at']) === 0) return row;
      jobsReleased++;
      return released(row);
    });
    await verify(input, table, wanted);
    copied.push({ table: table.name, ...wanted });
  }
  return { tables: copied, jobsReleased };
}

async function copyTable(
  { source, target, signal, onProgress }: CopyInput,
  table: TableShape,
  change: (row: CopyRow) => CopyRow,
): Promise<TableDigest> {
  const of = await source.count(table);
  const digest = rowDigest(table);
  let rows = 0;
  onProgress?.({ table: table.name, rows, of });
  for await (const batch of source.read(table)) {
    signal.throwIfAborted();
    const changed = batch.map(change);
    digest.add(changed);
    await target.insert(table, changed);
    rows += batch.length;
    onProgress?.({ table: table.name, rows, of });
  }
  const made = digest.digest();
  if (made.rows !== of) throw mismatch(table, `${of} rows were counted, ${made.rows} read`);
  return made;
}

/** Reads back what was written. */
async function verify({ target, signal }: CopyInput, table: TableShape, wanted: TableDigest): Promise<void> {
  const digest = rowDigest(table);
  for await (const batch of target.read(table)) {
    signal.throwIfAborted();
    digest.add(batch);
  }
  const found = digest.digest();
  if (found.rows !== wanted.rows) throw mismatch(table, `${wanted.rows} rows were written, ${found.rows} are there`);
  if (found.hash !== wanted.hash) throw mismatch(table, 'the rows that are there differ from those that were written');
}

function mismatch(table: TableShape, what: string): AppError {
  return new AppError(
    'database_copy_failed',
    `The copy of the table "${table.name}" is not the same: ${what}. Nothing was kept; the source is as it was. Stop everything that writes to either database and try again.`,
  );
}

/** The worker of a running job is not there any more. That is our doing, so the try does not count. */
function released(row: CopyRow): CopyRow {
  return { ...row, lease_expires_at: 0, attempts: Math.max(0, Number(row['attempts']) - 1) };
}

async function countOnly(source: CopySide): Promise<CopyReport> {
  const tables = inOrder(await source.tables());
  await source.begin('read', tables);
  try {
    const counted: CopiedTable[] = [];
    for (const table of tables) counted.push({ table: table.name, rows: await source.count(table), hash: null });
    return { tables: counted, jobsReleased: 0 };
  } finally {
    await source.end('rollback');
  }
}

/** Migrations are never run on the source: it stays as it is. */
async function requireSchema(source: CopySide, known: readonly string[]): Promise<void> {
  const applied = await source.appliedMigrations();
  if (applied.length === 0) throw unusable('The source is not a database of Scholium. Check its path or address.');
  if (applied.some((name) => !known.includes(name)))
    throw unusable('The source was made by a newer version of Scholium. Run this command with that version.');
  if (known.some((name) => !applied.includes(name)))
    throw unusable(
      'The source was made by an older version of Scholium. Bring it up to date first ("scholium migrate" with DATABASE_URL naming it), then copy it.',
    );
}

/** In the order in which they can be filled. All tables of a SQLite file are ours; a PostgreSQL database may hold others. */
async function tablesOfBoth(source: CopySide, target: CopySide): Promise<readonly TableShape[]> {
  const [from, to] = [await source.tables(), await target.tables()];
  const ours = source.label === 'sqlite' ? from : to;
  const others = new Map((source.label === 'sqlite' ? to : from).map((table) => [table.name, table]));
  for (const { name, columns } of ours) {
    const other = others.get(name);
    if (!other) throw unusable(`The table "${name}" is in one of the databases only. Use one version of Scholium for both.`);
    const differing = [...new Set(columns).symmetricDifference(new Set(other.columns))];
    if (differing.length > 0)
      throw unusable(
        `The table "${name}" has other columns in one database (${differing.join(', ')}). Use one version for both.`,
      );
  }
  return inOrder(ours);
}

async function requireEmpty(target: CopySide, table: TableShape): Promise<void> {
  if ((await target.count(table)) === 0) return;
  throw new AppError(
    'database_not_empty',
    `The target is not empty: there are rows in "${table.name}". Nothing was copied. Name an empty database (createdb NAME, or a new file).`,
  );
}

function unusable(detail: string): AppError {
  return new AppError('database_unavailable', detail);
}
