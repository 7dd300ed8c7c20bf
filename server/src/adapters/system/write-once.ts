import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';

/**
 * Writes a file that is not there yet, whole and durable; one that is there stays as it is. Of two processes that do it at once one wins,
 * and both find the same file afterwards.
 */
export async function writeOnce(path: string, text: string, { mode }: { mode: number }): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // node:fs errors carry a code
  } finally {
    await rm(temporary, { force: true });
  }
}
