import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeScratchFolder } from './scratch-folder.ts';

it('a folder that a killed process left goes when the next one makes its own; those of living processes stay', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'scholium-scratch-test-'));
  try {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const [dead, parents, elsewhere] = [
      `x-${hostname()}~${gone.pid}~aa`,
      `x-${hostname()}~${process.ppid}~bb`,
      'x-elsewhere~1~cc',
    ];
    const others = ['x-plain', `y-${hostname()}~${gone.pid}~dd`];
    for (const name of [dead, parents, elsewhere, ...others]) await mkdir(join(parent, name, 'process'), { recursive: true });
    await writeFile(join(parent, dead, 'process', 'u1.raw'), 'sound');
    const first = await makeScratchFolder(parent, 'x-');
    const second = await makeScratchFolder(parent, 'x-');
    expect((await readdir(parent)).sort()).toEqual([parents, elsewhere, ...others, basename(first), basename(second)].sort());
    expect(await readdir(first)).toEqual([]);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
