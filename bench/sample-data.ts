import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Data sets too large for the repository lie in a folder `shared/data` beside the checkout, if anywhere. */
export function findSampleData(path: string): string | null {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const candidate = join(root, '..', 'shared', 'data', path);
  return existsSync(candidate) ? candidate : null;
}
