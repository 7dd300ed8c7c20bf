import type { UploadMemory } from '@scholium/client';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The server forgets uploads a day after their last byte; what is older than this is of no use. */
const KEPT_MS = 3 * 24 * 60 * 60 * 1000;

/** Remembers uploads in a folder, one file each, so that commands that run side by side do not disturb each other. */
export function uploadMemory(folder: string): UploadMemory {
  const pathOf = (key: string): string => join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32));
  return {
    async find(key) {
      try {
        return (await readFile(pathOf(key), 'utf8')).trim() || null;
      } catch {
        return null; // not there, or not readable: the upload begins anew
      }
    },
    async keep(key, uploadId) {
      await mkdir(folder, { recursive: true });
      await removeOld(folder);
      const whole = join(folder, `.${randomUUID()}`);
      await writeFile(whole, uploadId);
      await rename(whole, pathOf(key));
    },
    forget: (key) => rm(pathOf(key), { force: true }),
  };
}

async function removeOld(folder: string): Promise<void> {
  const before = Date.now() - KEPT_MS;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null); // another command may have removed it
    if (facts && facts.mtimeMs < before) await rm(path, { force: true });
  }
}
