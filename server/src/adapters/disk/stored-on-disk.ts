import { opendir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { StoredBlob } from '../../core/ports/blobs.ts';
import { placeOf } from './blob-path.ts';
import { isMissing, onDisk } from './disk-errors.ts';

/** Every file below `root/OWNER`, folder by folder; those that go meanwhile are left out. @throws AppError `storage_unavailable` */
export async function* storedOnDisk(root: string): AsyncGenerator<StoredBlob> {
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const [name, isFolder] of await entriesOf(folder)) {
      const path = join(folder, name);
      if (isFolder) {
        if (!name.startsWith('.')) folders.push(path); // `.incoming` is of files half written
        continue;
      }
      const found = placeOf(relative(root, path).split(sep).join('/'));
      const facts = found && (await factsOf(path));
      if (facts) yield { ...found, ...facts };
    }
  }
}

/** False when it was written again since, or is gone. */
export async function removeListed(root: string, { place, version }: StoredBlob): Promise<boolean> {
  const path = join(root, ...place.split('/'));
  if ((await factsOf(path))?.version !== version) return false;
  await rm(path, { force: true });
  return true;
}

async function entriesOf(folder: string): Promise<[name: string, isFolder: boolean][]> {
  return onDisk(async () => {
    try {
      const found: [string, boolean][] = [];
      for await (const entry of await opendir(folder)) {
        if (entry.isDirectory() || entry.isFile()) found.push([entry.name, entry.isDirectory()]);
      }
      return found;
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  });
}

/** A rename keeps the time of writing, so the node and the time of the change of its name count too. */
async function factsOf(path: string): Promise<{ writtenAt: number; version: string } | null> {
  return onDisk(async () => {
    try {
      const { mtimeMs, ctimeMs, ino } = await stat(path);
      return { writtenAt: Math.max(mtimeMs, 0), version: `${ino}-${mtimeMs}-${ctimeMs}` };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
}
