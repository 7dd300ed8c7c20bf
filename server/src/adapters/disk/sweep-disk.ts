import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './disk-errors.ts';

/** No request takes so long: its process was killed after it had stored the file and before it had answered. */
const UNANSWERED_MS = 24 * 60 * 60 * 1000;

/**
 * Removes files below `root/OWNER/incoming` that nothing has come for in a day, for all owners; returns how many.
 *
 * @throws the system's error when the disk cannot be read
 */
export async function sweepDisk(root: string, now: number): Promise<number> {
  let removed = 0;
  for (const owner of await readdir(root)) {
    const folder = join(root, owner, 'incoming');
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      const changedAt = await stat(path).then(
        (facts) => facts.mtimeMs,
        () => now, // moved to its place meanwhile
      );
      if (now - changedAt < UNANSWERED_MS) continue;
      await rm(path, { force: true });
      removed += 1;
    }
  }
  return removed;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
