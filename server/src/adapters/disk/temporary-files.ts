import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A file of another machine (a shared volume) is left alone for so long: its process cannot be asked. */
const FOREIGN_AGE_MS = 24 * 60 * 60 * 1000;

/** `host~pid~random.part`: says whose it is, so that what a dead process left can be told from work in progress. */
export function temporaryPath(folder: string): string {
  return join(folder, `${hostName()}~${process.pid}~${randomUUID()}.part`);
}

/** Makes the folder and removes the files in it whose process is gone. */
export async function clearTemporaryFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await isStale(path, name)) await rm(path, { force: true });
  }
}

async function isStale(path: string, name: string): Promise<boolean> {
  const [host, pid] = name.split('~');
  const changedAt = await stat(path).then(
    (facts) => facts.mtimeMs,
    () => Date.now(), // gone meanwhile
  );
  if (host !== hostName()) return Date.now() - changedAt > FOREIGN_AGE_MS;
  // In a container every process has the same id: what is older than this process is not its own.
  if (Number(pid) === process.pid) return changedAt < Date.now() - process.uptime() * 1000;
  return !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // alive, but another user's
  }
}

function hostName(): string {
  return hostname().replaceAll(/[^A-Za-z0-9.-]/g, '-');
}
