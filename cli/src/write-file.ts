import { link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { CliError } from './cli-error.ts';

/** Makes the folder that results go to. @throws CliError when that cannot be */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new CliError('failed', 'output_unwritable', `The folder "${path}" cannot be made. Choose another one with -o.`, {
      cause,
    });
  });
}

/** @throws CliError when the file exists and may not be replaced */
export async function refuseExisting(path: string, force: boolean): Promise<void> {
  const existing = await stat(path).catch(() => null);
  if (existing && !force) throw alreadyThere(path);
}

/**
 * Writes a file whole or not at all. Without `force` a file that exists is never replaced, whenever it appeared.
 *
 * @throws CliError when it exists, or cannot be written
 */
export async function writeResult(path: string, data: string | Uint8Array, force: boolean): Promise<void> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.part`);
  try {
    await writeFile(aside, data, { flag: 'wx' });
    if (force) await rename(aside, path);
    else await link(aside, path); // fails when the name is taken, unlike rename
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw alreadyThere(path);
    throw new CliError(
      'failed',
      'output_unwritable',
      `"${path}" cannot be written. Check the folder's rights and the free space, or choose another one with -o.`,
      { cause: error },
    );
  } finally {
    await rm(aside, { force: true });
  }
}

function alreadyThere(path: string): CliError {
  return new CliError(
    'failed',
    'output_exists',
    `"${path}" exists already. Use --force to replace it, or another folder with -o.`,
  );
}
