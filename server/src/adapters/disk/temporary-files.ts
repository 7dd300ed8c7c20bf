import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../system/make-folder.ts';
import { isAbandoned, processMark } from '../system/process-mark.ts';

/** `host~pid~random.part`: says whose it is. */
export function temporaryPath(folder: string): string {
  return join(folder, `${processMark()}${randomUUID()}.part`);
}

/** Makes the folder and removes the files in it whose process is gone; returns how many. */
export async function clearTemporaryFolder(folder: string): Promise<number> {
  await makeFolder(folder);
  let removed = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!(await isAbandoned(path, name))) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
