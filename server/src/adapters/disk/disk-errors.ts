import { AppError } from '../../core/domain/app-error.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Runs work on the file system; what the disk refuses becomes `storage_full` or `storage_unavailable`. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fromDiskError(error);
  }
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function fromDiskError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  if (FULL.has(code)) {
    return new AppError('storage_full', 'The disk is full. Free some space, then try again.', { cause: error });
  }
  return new AppError(
    'storage_unavailable',
    'The data folder cannot be used. Check that DATA_DIR exists and that the user who runs Scholium may write to it.',
    { cause: error },
  );
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
