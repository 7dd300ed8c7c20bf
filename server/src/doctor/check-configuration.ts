import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { variables } from '../config-variables.ts';
import { findingOf, ok, warning, type Finding } from './finding.ts';

/** Read by the command line, not by the server. */
const CLI_VARIABLES = ['SCHOLIUM_URL', 'API_KEY', 'NO_COLOR'];

/** Reads the configuration and looks for names in `.env` that nothing reads: most often a typing error. */
export async function checkConfiguration(input: { cwd: string; load: () => unknown }): Promise<Finding[]> {
  const name = 'Configuration';
  const loaded = await findingOf(name, async () => {
    input.load();
    return ok(name, 'All variables can be used.');
  });
  const unknown = loaded.status === 'ok' ? await unknownNames(input.cwd) : [];
  return unknown.length === 0 ? [loaded] : unknown.map((variable) => unknownFinding(name, variable));
}

async function unknownNames(cwd: string): Promise<string[]> {
  // A file that is missing is fine; one that cannot be read was told by `load`.
  const text = await readFile(join(cwd, '.env'), 'utf8').catch(() => '');
  const known = new Set(knownNames());
  return Object.keys(parseEnv(text)).filter((name) => !known.has(name));
}

function unknownFinding(name: string, unknown: string): Finding {
  const near = knownNames().find((known) => distance(known, unknown) <= 2);
  const cure = near === undefined ? 'Remove it, or look its name up in docs/config.md.' : `Is "${near}" meant?`;
  return warning(name, `".env" sets ${unknown}, which this version does not read.`, cure);
}

function knownNames(): string[] {
  const names = Object.entries(variables).flatMap(([name, { aliases }]) => [name, ...aliases]);
  return [...names, ...names.map((name) => `${name}_FILE`), ...CLI_VARIABLES];
}

/** Levenshtein: how many letters must be changed, added or left out. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
