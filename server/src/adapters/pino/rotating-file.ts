import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { makeFolderSync } from '../system/make-folder.ts';

export interface RotatingFile {
  write(line: string): void;
  close(): void;
}

/** S3.6: 10 MB x 5. */
export const ROTATION = { maxBytes: 10_000_000, keep: 5 } as const;

/**
 * A log file that is renamed to `NAME.1` (which becomes `NAME.2`, ...) when it is full. Lines are written at once,
 * so the last ones before a crash are there. A full disk loses lines, never the process.
 *
 * @throws AppError `storage_unavailable` when the folder cannot be made or written to
 */
export function openRotatingFile(
  folder: string,
  name: string,
  rotation: { maxBytes: number; keep: number } = ROTATION,
): RotatingFile {
  const path = join(folder, name);
  let file: number;
  let sizeBytes = 0;
  try {
    makeFolderSync(folder);
    file = open();
  } catch (cause) {
    throw new AppError(
      'storage_unavailable',
      'The log folder cannot be written to. Check LOG_DIR, or leave it empty to log to the terminal only.',
      { cause },
    );
  }
  return { write, close: () => closeSync(file) };

  function open(): number {
    const opened = openSync(path, 'a', 0o640);
    sizeBytes = fstatSync(opened).size;
    return opened;
  }

  function write(line: string): void {
    const bytes = Buffer.from(line, 'utf8');
    try {
      if (sizeBytes > 0 && sizeBytes + bytes.byteLength > rotation.maxBytes) rotate();
      sizeBytes += writeSync(file, bytes);
    } catch {
      // Nowhere is left to tell it; standard output still gets every line.
    }
  }

  function rotate(): void {
    rmSync(`${path}.${rotation.keep - 1}`, { force: true });
    for (let number = rotation.keep - 2; number >= 1; number -= 1) renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    renameIfThere(path, `${path}.1`);
    const full = file;
    file = open();
    closeSync(full);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // node:fs errors carry a code
  }
}
