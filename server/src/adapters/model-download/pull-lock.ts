import { mkdir, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/ports/clock.ts';
import { isAbandoned, processMark } from '../system/process-mark.ts';

/** A holder that gives no sign of life for so long is taken for dead, wherever it runs. */
const SILENT_MS = 20_000;
const BEAT_MS = 3_000;

export interface PullLock {
  /** Aborted when the lock was lost to somebody who took this process for dead. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes the lock that `folder` stands for, or gives null while somebody alive has it; for processes on one machine and on others that share
 * the folder. Holders are files numbered upwards: the highest number has the lock, and whoever takes it from a dead holder makes the next
 * number, which the file system lets only one do. A number that was given up stays until there is a higher one, so none comes twice.
 */
export async function takeLock(folder: string, clock: Clock): Promise<PullLock | null> {
  await mkdir(folder, { recursive: true });
  const highest = await highestIn(folder);
  if (highest !== null && (await isHeld(folder, highest, clock))) return null;
  const mine = (highest?.number ?? 0) + 1;
  const path = join(folder, String(mine));
  if (!(await make(path))) return null;
  // Who looked long ago may have made a number that is no longer the highest.
  if ((await highestIn(folder))?.number !== mine) {
    await rm(path, { force: true });
    return null;
  }
  for (const number of await numbersIn(folder)) if (number < mine) await rm(join(folder, String(number)), { force: true });
  return hold(folder, mine, clock);
}

function hold(folder: string, number: number, clock: Clock): PullLock {
  const path = join(folder, String(number));
  const lost = new AbortController();
  const beat = setInterval(() => {
    void (async () => {
      const now = new Date(clock.now());
      await utimes(path, now, now);
      if ((await highestIn(folder))?.number !== number) throw new Error('Another process took the lock.');
    })().catch((error: unknown) => lost.abort(error));
  }, BEAT_MS);
  beat.unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(beat);
      await writeFile(path, RELEASED).catch(() => {}); // taken over meanwhile
    },
  };
}

const RELEASED = '-';

async function make(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(processMark());
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isHeld(folder: string, { number, mark }: Highest, clock: Clock): Promise<boolean> {
  if (mark === RELEASED) return false;
  const path = join(folder, String(number));
  const facts = await stat(path).catch(() => null);
  if (!facts || clock.now() - facts.mtimeMs > SILENT_MS) return false;
  // Made, and not yet written to: alive for all that is known.
  return mark === '' || !(await isAbandoned(path, mark));
}

interface Highest {
  readonly number: number;
  readonly mark: string;
}

async function highestIn(folder: string): Promise<Highest | null> {
  const number = Math.max(0, ...(await numbersIn(folder)));
  if (number === 0) return null;
  const file = await open(join(folder, String(number))).catch(() => null);
  if (!file) return { number, mark: RELEASED };
  try {
    return { number, mark: await file.readFile('utf8') };
  } finally {
    await file.close();
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}
