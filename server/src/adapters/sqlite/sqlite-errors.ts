import { AppError } from '../../core/domain/app-error.ts';

/** By the first words of SQLite's extended code. https://sqlite.org/rescode.html */
const cures: readonly (readonly [string, string])[] = [
  ['SQLITE_NOTADB', 'The database file is not a database. Restore it from a backup, or choose another file with DB_PATH.'],
  ['SQLITE_CORRUPT', 'The database file is damaged. Restore it from a backup.'],
  [
    'SQLITE_READONLY',
    'The database file cannot be written to. Give the user that runs Scholium write access to it and its folder.',
  ],
  [
    'SQLITE_CANTOPEN',
    'The database file cannot be opened. Check that DATABASE_URL (or DB_PATH) names a file in a folder Scholium may write to.',
  ],
  ['SQLITE_PERM', 'The database file cannot be opened. Give the user that runs Scholium access to it and its folder.'],
  ['SQLITE_BUSY', 'The database was locked by another process for too long. Close other programs that use it, then try again.'],
  ['SQLITE_LOCKED', 'The database was locked for too long. Try again.'],
  ['SQLITE_IOERR', 'The database file cannot be read or written. Check the disk.'],
];

/** Faults of the file become `database_unavailable` or `storage_full` with the cure; all others stay as they are. */
export function fromSqliteError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === null) return error;
  if (code.startsWith('SQLITE_FULL')) {
    return new AppError('storage_full', 'The disk is full. Free some space; the work goes on from where it stopped.', {
      cause: error,
    });
  }
  const cure = cures.find(([prefix]) => code.startsWith(prefix));
  return cure ? new AppError('database_unavailable', cure[1], { cause: error }) : error;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') ?? false;
}

function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : null;
}
