import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, processMark } from './process-mark.ts';

/**
 * Makes an empty private folder under `parent`, for its maker to remove, and removes those of the same prefix that killed processes left.
 *
 * @example await makeScratchFolder(tmpdir(), 'scholium-speech-') // /tmp/scholium-speech-host~17~Xk2b9a
 */
export async function makeScratchFolder(parent: string, prefix: string): Promise<string> {
  for (const name of await readdir(parent).catch(() => [])) {
    // Older versions did not say whose a folder is.
    if (!name.startsWith(prefix) || !name.includes('~')) continue;
    const path = join(parent, name);
    // Another process may be removing it in the same moment, or it is another user's.
    if (await isAbandoned(path, name.slice(prefix.length))) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
  return mkdtemp(join(parent, `${prefix}${processMark()}`));
}
