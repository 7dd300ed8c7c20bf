import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface Leftovers {
  readonly temporaryFiles: readonly string[];
  readonly unanswered: number;
}

/** Looks through the folder of a world: scratch folders, half-written files, and recordings that no row names. */
export async function leftovers(folder: string, blobKeys: ReadonlySet<string>): Promise<Leftovers> {
  const scratch = (await readdir(folder)).filter((name) => name.startsWith('scholium-'));
  const blobs = join(folder, 'data', 'blobs');
  const files = (await readdir(blobs, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(blobs, join(entry.parentPath, entry.name)));
  const keyOf = (path: string): string => path.slice(path.indexOf('/') + 1);
  const unanswered = files.filter((path) => !path.startsWith('.incoming/') && !blobKeys.has(keyOf(path)));
  return {
    temporaryFiles: [...scratch, ...files.filter((path) => path.startsWith('.incoming/'))],
    unanswered: unanswered.length,
  };
}
