import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestFolder, ROOT } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** Stands in for npm: notes that it was called, and installs when it is told to go on. */
const NPM = `#!/bin/sh
echo called >> calls
until [ -e go ]; do sleep 0.05; done
mkdir -p node_modules
`;

describe('two processes of a fresh checkout that are started together', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  beforeEach(async () => {
    folder = await makeTestFolder();
    for (const name of ['script', 'bin']) await mkdir(join(folder.path, name));
    await cp(join(ROOT, 'script/bootstrap'), join(folder.path, 'script/bootstrap'));
    await writeFile(join(folder.path, 'package-lock.json'), '{}');
    await writeFile(join(folder.path, 'bin/npm'), NPM);
    await chmod(join(folder.path, 'bin/npm'), 0o755);
  });
  afterEach(() => folder.remove());

  function bootstrap() {
    const PATH = [join(folder.path, 'bin'), dirname(process.execPath), process.env['PATH']].join(':');
    const started = spawn('bash', ['script/bootstrap'], {
      cwd: folder.path,
      env: { ...process.env, PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = Promise.all([once(started, 'exit'), text(started.stderr)]);
    return { ended: ended.then(([[code], said]) => ({ code: code as number | null, said })), stderr: started.stderr }; // so says node:child_process
  }

  it('install the packages once: the second waits for the first, and says so', async () => {
    const first = bootstrap();
    await waitUntil('npm is called', () => existsSync(join(folder.path, 'calls')));
    const second = bootstrap();
    let said = '';
    second.stderr.on('data', (part: Buffer) => (said += part.toString()));
    await waitUntil('the second waits', () => /waiting for another start/.test(said));
    await writeFile(join(folder.path, 'go'), '');
    expect([(await first.ended).code, (await second.ended).code]).toEqual([0, 0]);
    expect(await readFile(join(folder.path, 'calls'), 'utf8')).toBe('called\n');
  });
});
