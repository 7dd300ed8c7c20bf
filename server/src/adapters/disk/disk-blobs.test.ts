import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobsConformance } from '../../../testkit/blobs.conformance.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { openDiskBlobs } from './disk-blobs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-blobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

blobsConformance('DiskBlobs', async () => {
  const dataDir = await mkdtemp(join(folder, 'data-'));
  const countFiles = async (): Promise<number> => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };
  return { blobs: await openDiskBlobs({ dataDir }), countFiles, close: () => rm(dataDir, { recursive: true, force: true }) };
});

describe('DiskBlobs', () => {
  const local = ownerScope('local');

  it('still has what was stored after it is opened again', async () => {
    const dataDir = await mkdtemp(join(folder, 'again-'));
    await (await openDiskBlobs({ dataDir })).put(local, 'sources/a', Readable.from(['hello']));
    expect(await (await openDiskBlobs({ dataDir })).stat(local, 'sources/a')).toEqual({ sizeBytes: 5 });
  });

  it('removes unfinished files of dead processes when it is opened, and leaves those of living ones', async () => {
    const dataDir = await mkdtemp(join(folder, 'stale-'));
    const incoming = join(dataDir, 'blobs', '.incoming');
    await mkdir(incoming, { recursive: true });
    const { pid: deadPid } = await finished();
    const long = new Date(Date.now() - 48 * 60 * 60 * 1000);
    const names = {
      dead: `${hostname()}~${deadPid}~1.part`,
      parent: `${hostname()}~${process.ppid}~2.part`,
      mine: `${hostname()}~${process.pid}~3.part`,
      samePidBefore: `${hostname()}~${process.pid}~4.part`,
      otherHost: `elsewhere~1~5.part`,
      otherHostLongAgo: `elsewhere~1~6.part`,
    };
    for (const name of Object.values(names)) await writeFile(join(incoming, name), 'half');
    for (const name of [names.samePidBefore, names.otherHostLongAgo]) await utimes(join(incoming, name), long, long);
    await openDiskBlobs({ dataDir });
    expect((await readdir(incoming)).sort()).toEqual([names.parent, names.mine, names.otherHost].sort());
  });

  it('sweeps away what killed processes left half written, and tells how many', async () => {
    const dataDir = await mkdtemp(join(folder, 'sweep-'));
    const blobs = await openDiskBlobs({ dataDir });
    const { pid } = await finished();
    const incoming = join(dataDir, 'blobs', '.incoming');
    for (const name of [`${hostname()}~${pid}~1.part`, `${hostname()}~${process.ppid}~2.part`])
      await writeFile(join(incoming, name), 'half');
    expect(await Array.fromAsync(blobs.stored())).toEqual([]);
    expect(await blobs.sweep?.()).toBe(1);
    expect(await blobs.sweep?.()).toBe(0);
  });

  it('says that the disk is full, keeps what is there and leaves nothing of the new file', async () => {
    const dataDir = await mkdtemp(join(folder, 'full-'));
    const blobs = await openDiskBlobs({ dataDir });
    await blobs.put(local, 'sources/a', Readable.from(['before']));
    // A real limit of the system: no file of this process may grow past 64 blocks.
    const child = join(import.meta.dirname, 'full-disk.child.ts');
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 64; exec "$0" "$1" "$2"',
      process.execPath,
      child,
      dataDir,
    ]);
    expect(JSON.parse(stdout)).toEqual({ code: 'storage_full', detail: expect.not.stringContaining(dataDir) as string });
    expect(await blobs.stat(local, 'sources/a')).toEqual({ sizeBytes: 6 });
    expect(await readdir(join(dataDir, 'blobs', '.incoming'))).toEqual([]);
  });

  it('says that the data folder cannot be used, without naming it', async () => {
    const path = join(folder, 'a-file');
    await writeFile(path, 'x');
    const opening = openDiskBlobs({ dataDir: path });
    await expect(opening).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(opening).rejects.not.toMatchObject({ detail: expect.stringContaining(path) as string });
  });

  it('notices at a check that the folder has gone', async () => {
    const dataDir = await mkdtemp(join(folder, 'gone-'));
    const blobs = await openDiskBlobs({ dataDir });
    await rm(dataDir, { recursive: true });
    await expect(blobs.check()).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});

/** A process id that belonged to a process that has ended. */
async function finished(): Promise<{ pid: number }> {
  const running = promisify(execFile)(process.execPath, ['-e', '']);
  const pid = running.child.pid ?? 0;
  await running;
  return { pid };
}
