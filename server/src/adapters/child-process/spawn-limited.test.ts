import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { childrenOf, isRunning } from '../../../testkit/processes.ts';
import { spawnLimited } from './spawn-limited.ts';

const limits = { memoryBytes: 1024 ** 3, cpuSeconds: null };
const never = new AbortController().signal;
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'scholium-spawn-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

test('a program reads its input from a pipe that it can open by name, and ends with it', async () => {
  const run = spawnLimited('/bin/sh', ['-c', 'cat /dev/stdin'], { cwd, limits, signal: never, pipeInput: true });
  let output = '';
  run.child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  run.child.stdin.write('one\ntwo\n');
  // A program that opens the pipe by name finds it while its input is open.
  await expect.poll(() => output, { timeout: 10_000 }).toBe('one\ntwo\n');
  run.child.stdin.end();
  expect(await run.ended).toMatchObject({ exitCode: 0 });
});

test('a program that opens its input only after its parent was killed does not wait for ever', async () => {
  const module = new URL('./spawn-limited.ts', import.meta.url).href;
  const code = `import { spawnLimited } from ${JSON.stringify(module)};
    const limits = { memoryBytes: 1024 ** 3, cpuSeconds: null };
    const wait = 'while [ ! -e go ]; do sleep 0.02; done; cat /dev/stdin';
    const run = spawnLimited('/bin/sh', ['-c', wait, 'late-reader'], { cwd: ${JSON.stringify(cwd)}, limits, signal: new AbortController().signal, pipeInput: true });
    run.child.stdin.write('x');`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: 'ignore',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  const gone = new Promise((resolve) => parent.once('exit', resolve));
  await expect.poll(async () => (await childrenOf(parent.pid ?? 0, /^\/bin\/sh -c while/)).length, { timeout: 10_000 }).toBe(1);
  const [program] = await childrenOf(parent.pid ?? 0, /^\/bin\/sh -c while/);
  parent.kill('SIGKILL');
  await gone;
  await expect.poll(() => isRunning(program ?? 0), { timeout: 10_000 }).toBe(false);
});

test('a program that has ended is told at once, though its input is open', async () => {
  const run = spawnLimited('/bin/true', [], { cwd, limits, signal: never, pipeInput: true });
  expect(await run.ended).toMatchObject({ exitCode: 0 });
});
