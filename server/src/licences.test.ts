import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALLOWED = /^(?:MIT|ISC|BSD|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0)$/;
/** Packages that say otherwise, or nothing, and why they are fit. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  pako: 'MIT AND Zlib: the Zlib licence is permissive too',
  'png-js': 'names none in package.json; its file LICENSE is the MIT License',
};

interface LockedPackage {
  readonly dev?: boolean;
  readonly link?: boolean;
}

it('depends in production on nothing but packages under permissive licences', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> }; // npm's own format
  const installed = Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .map(([path]) => path)
    // Binaries for other systems are not installed here.
    .filter((path) => existsSync(join(ROOT, path, 'package.json')));
  expect(installed.length).toBeGreaterThan(100);
  const unfit = installed.filter((path) => !isFit(path)).map((path) => `${path}: ${licenceOf(path)}`);
  expect(unfit).toEqual([]);
});

function isFit(path: string): boolean {
  const name = path.split('node_modules/').at(-1) ?? '';
  if (name in EXCEPTIONS) return true;
  const choices = licenceOf(path).replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => ALLOWED.test(one)));
}

function licenceOf(path: string): string {
  const { license } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as { license?: unknown }; // checked here
  return typeof license === 'string' ? license : 'none';
}
