import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** 20 seconds of speech. */
export const TIDES = join(ROOT, 'samples/tides.opus');
/** Three minutes of speech. */
export const MEMORY = join(ROOT, 'samples/how-memory-works.opus');

/** A folder for one test file; remove it with `remove`. */
export async function makeTestFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'scholium-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
