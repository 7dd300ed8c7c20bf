import { AppError } from '../../core/domain/app-error.ts';

const AWAY =
  'The database cannot be reached. Check that PostgreSQL runs and DATABASE_URL names it; a process that is up goes on by itself when it is back.';

/** By SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byState: readonly (readonly [prefix: string, detail: string])[] = [
  ['28', 'PostgreSQL does not let us in. Check the user and password in DATABASE_URL.'],
  ['3D000', 'PostgreSQL has no database of the name in DATABASE_URL. Create it (createdb NAME), then start again.'],
  ['42501', 'The database user may not do what is needed. Make it the owner of the database in DATABASE_URL.'],
  ['57014', 'The database took too long to answer. Try again.'],
  ['53300', 'The database has no free connections. Lower DATABASE_POOL_SIZE, or raise max_connections of PostgreSQL.'],
  ['08', AWAY],
  ['57P', AWAY],
  ['53', AWAY],
];
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOENT',
]);
/** The driver gives these no code. */
const AWAY_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

/** Faults of the server or the line become `database_unavailable` or `storage_full` with the cure; all others stay as they are. */
export function fromPostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === '53100') {
    return new AppError(
      'storage_full',
      'The disk of the database is full. Free some space; the work goes on from where it stopped.',
      {
        cause: error,
      },
    );
  }
  const known = byState.find(([prefix]) => code.startsWith(prefix))?.[1];
  const detail = known ?? (systemCodes.has(code) || AWAY_MESSAGE.test(error.message) ? AWAY : null);
  return detail === null ? error : new AppError('database_unavailable', detail, { cause: error });
}

/** Two transactions were in each other's way; one of them has to begin again. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && ['40001', '40P01'].includes(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
