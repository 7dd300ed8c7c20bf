import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What belongs to another machine (a shared volume) is left alone for so long: its process cannot be asked. */
const FOREIGN_AGE_MS = 24 * 60 * 60 * 1000;

/** `host~pid~`: put into a name, it tells what a dead process left from work in progress. */
export function processMark(): string {
  return `${hostName()}~${process.pid}~`;
}

/**
 * Whether the process that made a file or folder is gone.
 *
 * @param marked its name from the mark on
 */
export async function isAbandoned(path: string, marked: string): Promise<boolean> {
  const [host, pid] = marked.split('~');
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
