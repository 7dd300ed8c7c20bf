import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Everything a file loads before it runs: `import type` and `import()` do not count. */
function loadedBy(file: URL, seen = new Set<string>()): Set<string> {
  const source = readFileSync(file, 'utf8');
  for (const [, specifier = ''] of source.matchAll(/^import (?!type )[^']*'([^']+)';$/gm)) {
    if (seen.has(specifier)) continue;
    seen.add(specifier);
    if (specifier.startsWith('.')) loadedBy(new URL(specifier, file), seen);
  }
  return seen;
}

describe('a command line that is only asked for its version or help', () => {
  it('loads nothing but the parser of arguments', () => {
    const packages = [...loadedBy(new URL('./run-cli.ts', import.meta.url))].filter(
      (name) => !name.startsWith('.') && !name.startsWith('node:'),
    );
    expect(packages).toEqual(['commander']);
  });
});
