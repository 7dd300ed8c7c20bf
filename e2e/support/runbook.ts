import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { testEnvironment } from './run-scholium.ts';
import { ROOT } from './test-folder.ts';

const run = promisify(execFile);

/** The commands of a runbook, run as they stand on the page, block after block. */
export interface Runbook {
  /** Blocks that were not run yet. */
  left(): number;
  /** Leaves out the next block. */
  skip(): void;
  /** Runs the next block; returns what it wrote to standard output. @throws Error with its output when a command of it fails */
  runNext(environment?: Readonly<Record<string, string>>): Promise<string>;
}

/** @param name of the page in docs/runbooks; `environment` holds for all its blocks, with `scholium` on the path */
export async function openRunbook(
  name: string,
  { folder, environment, path = [] }: { folder: string; environment: Readonly<Record<string, string>>; path?: readonly string[] },
): Promise<Runbook> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'scholium'), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'cli/src/main.ts')}' "$@"\n`);
  await chmod(join(bin, 'scholium'), 0o755);
  const page = await readFile(join(ROOT, 'docs/runbooks', name), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => commands);
  const plain = testEnvironment(folder, environment);
  return {
    left: () => blocks.length,
    skip: () => void blocks.shift(),
    async runNext(more = {}) {
      const block = blocks.shift();
      if (block === undefined) throw new Error(`${name} has no more commands.`);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block], {
        env: { ...plain, ...more, PATH: [bin, ...path, plain['PATH'] ?? ''].join(delimiter) },
        cwd: folder,
        timeout: 50_000,
      });
      return stdout;
    },
  };
}
