import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../system/system-clock.ts';
import { takeLock } from './pull-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is had by one of many who want it at once, and by the next when that one gives it up', async () => {
  for (let round = 0; round < 5; round++) {
    const taken = await Promise.all(Array.from({ length: 10 }, () => takeLock(folder, systemClock)));
    const holders = taken.filter((lock) => lock !== null);
    expect(holders).toHaveLength(1);
    expect(await takeLock(folder, systemClock)).toBeNull();
    await holders[0]!.release();
  }
  expect(await readdir(folder)).toHaveLength(1);
});

it('is taken from a process that is gone, and from one elsewhere that was silent for long, not from one that lives', async () => {
  await writeFile(join(folder, '3'), `${hostname()}~${process.ppid}~`);
  expect(await takeLock(folder, systemClock)).toBeNull();
  await writeFile(join(folder, '3'), `${hostname()}~999999999~`);
  const taken = await takeLock(folder, systemClock);
  expect(await readdir(folder)).toEqual(['4']);
  await taken?.release();
  await writeFile(join(folder, '5'), 'elsewhere~1~');
  expect(await takeLock(folder, systemClock)).toBeNull();
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(join(folder, '5'), longAgo, longAgo);
  const again = await takeLock(folder, systemClock);
  expect(again).not.toBeNull();
  await again?.release();
});
