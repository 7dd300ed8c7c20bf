import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearTemporaryFolder } from '../disk/temporary-files.ts';
import { makeFolder, makeFolderSync } from './make-folder.ts';

describe('making a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-make-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('makes those above it too, and tells the first that was missing', async () => {
    expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBe(join(folder, 'a'));
    expect((await stat(join(folder, 'a', 'b', 'c'))).isDirectory()).toBe(true);
    expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBeUndefined();
    expect(await makeFolder(join(folder, 'a', 'b', 'd'))).toBe(join(folder, 'a', 'b', 'd'));
  });

  it('is done by many at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => makeFolder(join(folder, 'x', 'y', 'z'))));
    expect((await stat(join(folder, 'x', 'y', 'z'))).isDirectory()).toBe(true);
  });

  it.runIf(process.platform === 'linux')('ends with an error under /proc, where nothing can be made', async () => {
    await expect(makeFolder('/proc/scholium/blobs')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(() => makeFolderSync('/proc/scholium/blobs')).toThrow(/ENOENT/);
    await expect(clearTemporaryFolder('/proc/scholium/blobs')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends with an error below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(() => makeFolderSync(join(folder, 'file', 'below'))).toThrow(/ENOTDIR/);
  });

  it('is done at once as well, again and again', async () => {
    for (let time = 0; time < 2; time += 1) makeFolderSync(join(folder, 'sync', 'b', 'c'));
    expect((await stat(join(folder, 'sync', 'b', 'c'))).isDirectory()).toBe(true);
    makeFolderSync('/');
  });
});
