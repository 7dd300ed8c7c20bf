import { relative } from 'node:path';

/** A path as one would type it: from the working folder when it lies below it, whole otherwise. */
export function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
