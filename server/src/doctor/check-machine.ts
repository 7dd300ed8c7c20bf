import { access, constants, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, problem, warning, type Finding } from './finding.ts';

/** `engines` of package.json is what may run the scripts; the code itself needs type stripping without a flag. */
const OLDEST_NODE = 24;
/** Below the first, recordings soon do not fit; below the second, the database itself is at risk. */
const LITTLE_SPACE_BYTES = 2e9;
const TOO_LITTLE_SPACE_BYTES = 100e6;

export function checkNode(version: string): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= OLDEST_NODE) return ok('Node', `Version ${version}.`);
  return problem(
    'Node',
    `Version ${version} is too old.`,
    `Install Node ${OLDEST_NODE} or newer, or start Scholium with "npm start", which gets it.`,
  );
}

/** Whether the data folder can be written to (or made) and has room. */
export async function checkDataFolder(path: string): Promise<Finding[]> {
  const name = 'Data folder';
  const found = await stat(path).catch(() => null);
  if (found && !found.isDirectory())
    return [
      problem(name, `A file is where the folder "${path}" should be.`, 'Remove the file, or name another folder with DATA_DIR.'),
    ];
  const existing = found ? path : await nearestFolder(dirname(path));
  if (!(await isWritable(existing))) {
    const cure = `Give this user the right to write to "${existing}", or name another folder with DATA_DIR.`;
    return [problem(name, found ? `"${path}" cannot be written to.` : `"${path}" cannot be made.`, cure)];
  }
  return [
    ok(name, found ? `"${path}" can be written to.` : `"${path}" will be made at the first start.`),
    await checkSpace(existing),
  ];
}

async function nearestFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found !== null || dirname(path) === path) return path;
  return nearestFolder(dirname(path));
}

/** Tries it: rights alone do not tell of a disk that can only be read. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    const own = await mkdtemp(join(folder, '.scholium-doctor-'));
    try {
      await writeFile(join(own, 'probe'), 'x');
    } finally {
      await rm(own, { recursive: true, force: true });
    }
    return true;
  } catch {
    return false;
  }
}

async function checkSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1e9).toFixed(1)} GB are free.`;
  if (freeBytes >= LITTLE_SPACE_BYTES) return ok('Free space', free);
  const cure = 'Free some space, or name a folder on another disk with DATA_DIR.';
  return freeBytes < TOO_LITTLE_SPACE_BYTES ? problem('Free space', free, cure) : warning('Free space', free, cure);
}
