import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { onDisk } from '../disk/disk-errors.ts';
import { temporaryPath } from '../disk/temporary-files.ts';

/**
 * Runs `work` with a file in `folder` that holds what `body` gives, and removes the file afterwards, whatever happens.
 * @throws AppError `storage_full` when this machine has no space for it; what reading the body throws
 */
export async function withDownload<T>(folder: string, body: Readable, work: (path: string) => Promise<T>): Promise<T> {
  const path = temporaryPath(folder);
  try {
    const file = await onDisk(() => open(path, 'wx'));
    try {
      for await (const piece of body) await onDisk(() => file.writeFile(piece as Buffer)); // a byte stream
    } finally {
      await file.close();
    }
    return await work(path);
  } finally {
    body.destroy();
    await rm(path, { force: true }).catch(() => {}); // removed at the next start then
  }
}
