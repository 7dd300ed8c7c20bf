import { mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, and gives the first one it had to make (undefined: all were there). One level at a time:
 * Node's own recursive mkdir never ends where the system calls a parent missing that is there, as /proc does.
 *
 * @throws the system's error of the first folder that cannot be made
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    const made = await makeOne(folder);
    if (made === 'no-parent' && dirname(folder) !== folder) {
      missing.unshift(folder);
      continue;
    }
    let first = made === 'made' ? folder : undefined;
    // Each parent is there now: a folder that is still said to have none cannot be made at all.
    for (const child of missing) {
      try {
        await mkdir(child);
        first ??= child;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error; // another process was faster
      }
    }
    return first;
  }
}

/** The same, where a program opens its files before anything else can happen. */
export function makeFolderSync(path: string): void {
  const missing: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    if (!isMissingParent(() => mkdirSync(folder)) || dirname(folder) === folder) break;
    missing.unshift(folder);
  }
  for (const child of missing) {
    try {
      mkdirSync(child);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error; // another process was faster
    }
  }
}

/** False when the folder was made or is there. */
function isMissingParent(make: () => void): boolean {
  try {
    make();
    return false;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return true;
    if (code !== 'EEXIST' && code !== 'EISDIR') throw error;
    return false;
  }
}

async function makeOne(folder: string): Promise<'made' | 'there' | 'no-parent'> {
  try {
    await mkdir(folder);
    return 'made';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return 'no-parent';
    if (code !== 'EEXIST' && code !== 'EISDIR') throw error;
    return 'there';
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
