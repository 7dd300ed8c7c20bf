import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createStrippedSources } from './stripped-sources.ts';

const urlOf = (name: string): URL => new URL(name, import.meta.url);

it('holds every module that a reader can need, once, without types', async () => {
  const sources = createStrippedSources([urlOf('./read-process.ts')]);
  const made = await sources();
  const names = Object.keys(made).map((url) => url.slice(url.lastIndexOf('/') + 1));
  const needed = ['read-process.ts', 'read-pdf.ts', 'pdf-columns.ts', 'read-html.ts', 'zip-archive.ts', 'parse-captions.ts'];
  expect(needed.filter((name) => !names.includes(name))).toEqual([]);
  expect(made[urlOf('./read-process.ts').href]).not.toContain('interface');
  expect(await sources()).toBe(made);
});

it('says what is wrong with a module that cannot be read, and tries again', async () => {
  const sources = createStrippedSources([urlOf('./there-is-none.ts')]);
  await expect(sources()).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(sources()).rejects.toMatchObject({ code: 'ENOENT' });
});

it('gives a process modules that lie nowhere', async () => {
  const given = await createStrippedSources([urlOf('./given-sources.ts')])();
  const hook = `data:text/javascript,${encodeURIComponent(given[urlOf('./given-sources.ts').href] ?? '')}`;
  const run = promisify(execFile)(process.execPath, [`--import=${hook}`, fileURLToPath(urlOf('./strip-sources.thread.ts'))]);
  run.child.stdin?.end(JSON.stringify({ [urlOf('./strip-sources.thread.ts').href]: 'console.log("given")' }));
  expect((await run).stdout).toBe('given\n');
});
