import { exitCodes, type ExitName } from './exit-codes.ts';

/** A failure that the command line itself finds. `detail` is one sentence with the cure. */
export class CliError extends Error {
  readonly exit: ExitName;
  readonly code: string;
  readonly detail: string;

  constructor(exit: ExitName, code: string, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = 'CliError';
    this.exit = exit;
    this.code = code;
    this.detail = detail;
  }
}

/** What is told of any error: a stable code, a sentence with the cure, and the exit code. */
export interface Told {
  readonly code: string;
  readonly detail: string;
  readonly exitCode: number;
}

const SYSTEM_ERRORS: Readonly<Record<string, readonly [ExitName, string]>> = {
  ENOENT: ['notFound', 'There is no such file or folder'],
  EACCES: ['failed', 'This user may not open the file or folder'],
  EPERM: ['failed', 'This user may not change the file or folder'],
  EROFS: ['failed', 'The disk can only be read'],
  EISDIR: ['notFound', 'This is a folder, not a file'],
  ENOTDIR: ['failed', 'A file is where a folder should be'],
  EEXIST: ['failed', 'The file exists already'],
  ENOSPC: ['failed', 'The disk is full'],
};

/** Turns anything thrown into what a user is told. */
export function tell(error: unknown): Told {
  if (error instanceof CliError) return { code: error.code, detail: error.detail, exitCode: exitCodes[error.exit].code };
  const { code, detail, path } = fieldsOf(error);
  if (code !== null && detail !== null) return { code, detail, exitCode: exitCodes[exitOf(code)].code };
  const system = code === null ? undefined : SYSTEM_ERRORS[code];
  if (code !== null && system) {
    return { code, detail: `${system[1]}${path === null ? '' : `: ${path}`}.`, exitCode: exitCodes[system[0]].code };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'internal',
    detail: `Something went wrong inside the command line (${name}). Run it again with --debug to see where.`,
    exitCode: exitCodes.failed.code,
  };
}

/** By the codes of the catalogue (contract/src/errors.ts) and of the client. */
function exitOf(code: string): ExitName {
  if (code === 'unreachable') return 'unreachable';
  if (code.endsWith('_not_found')) return 'notFound';
  if (code === 'invalid_request') return 'usage';
  if (code === 'cancelled') return 'cancelled';
  return 'failed';
}

/** AppError and ProblemError carry `code` and `detail`; system errors `code` and `path`. Read without loading either class. */
function fieldsOf(error: unknown): { code: string | null; detail: string | null; path: string | null } {
  if (!(error instanceof Error)) return { code: null, detail: null, path: null };
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    code: text('code' in error ? error.code : null),
    detail: text('detail' in error ? error.detail : null),
    path: text('path' in error ? error.path : null),
  };
}
