import { glob, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { baseUrlOf } from './open-provider.ts';

it('the packages of providers are loaded with the first request, not before', async () => {
  const offenders: string[] = [];
  let files = 0;
  for await (const path of glob('*.ts', { cwd: import.meta.dirname })) {
    files += 1;
    const text = await readFile(new URL(path, import.meta.url), 'utf8');
    // Built from parts, so that this file does not offend itself.
    if (new RegExp(`^(?:im|ex)port (?!type )[^(]*from '@ai-sdk/(?!provider')`, 'm').test(text)) offenders.push(path);
  }
  expect(files).toBeGreaterThan(10);
  expect(offenders).toEqual([]);
});

it('a base URL loses its last slash, the provider’s own is used where none is set, and what is none is refused', () => {
  expect(baseUrlOf({ engine: 'openai', baseUrl: 'http://localhost:1/v1/' })).toBe('http://localhost:1/v1');
  expect(baseUrlOf({ engine: 'anthropic', baseUrl: null })).toBe('https://api.anthropic.com/v1');
  expect(() => baseUrlOf({ engine: 'openai-compatible', baseUrl: null })).toThrow(/OPENAI_COMPATIBLE_BASE_URL/);
});
