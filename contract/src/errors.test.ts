import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { errorCatalogue } from './errors.ts';

test('docs/errors.md lists every code of the catalogue with its status, title, cause and cure, and no other', async () => {
  const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| (yes|no) \| (.+?) \| (.+?) \|$/gm)];
  const documented = rows.map(([, code, status, title, retried]) => [code, Number(status), title, retried]);
  const catalogue = Object.entries(errorCatalogue).map(([code, { status, title, permanent }]) => [
    code,
    status,
    title,
    permanent ? 'no' : 'yes',
  ]);
  expect(documented).toEqual(catalogue);
});
