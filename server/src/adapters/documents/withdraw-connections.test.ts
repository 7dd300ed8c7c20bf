import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('leaves a process no way to open a connection or to start a program', async () => {
  const child = fileURLToPath(new URL('./withdrawn.fixture.child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child]);
  expect(JSON.parse(stdout)).toEqual([]);
});
