import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Takes every byte that is left, until `free` is called. */
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

const BLOCK = Buffer.alloc(256 * 1024);

/**
 * Mounts a tmpfs, which only root may, and not in every container.
 *
 * @returns the reason in a word or two when it is not possible here
 */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk | string> {
  const path = join(folder, 'disk');
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  await mkdir(path);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'scholium-faults', path]);
  } catch {
    return 'mount is not allowed here';
  }
  const filler = join(path, '.filler');
  return {
    path,
    async fill() {
      const file = await open(filler, 'a');
      try {
        // Smaller and smaller pieces, so that nothing is left.
        for (let size = BLOCK.length; size >= 1024;) {
          const written = await file.write(BLOCK, 0, size).catch(isFull);
          if (written === null) size /= 4;
        }
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    // Lazily: a process that was killed a moment ago may still have a file open.
    remove: async () => void (await run('umount', ['--lazy', path])),
  };
}

function isFull(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return null;
  throw error;
}
