import { readdirSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/domain/app-error.ts';
import { realDecoder } from '../../../testkit/spoken-sample.ts';

/** Collections too large for the repository, beside the checkout where they are kept. */
const DATA = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const LANES = 4;

describe('every odd file at hand', () => {
  for (const name of ['media_odd', 'asr_hard', 'attack']) {
    it(`of ${name} is read, or refused with an error that has a name`, { timeout: 180_000 }, async ({ skip }) => {
      const folder = join(DATA, name);
      skip(!existsSync(folder), `shared/data/${name} is not beside the checkout`);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const surprises: string[] = [];
      let read = 0;
      const lane = async (): Promise<void> => {
        for (let path = files.pop(); path; path = files.pop()) {
          const outcome = await readFirstSeconds(path);
          if (outcome === 'read') read += 1;
          else if (outcome !== 'refused') surprises.push(`${relative(folder, path)}: ${outcome}`);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      expect(surprises).toEqual([]);
      expect(read).toBeGreaterThan(0);
    });
  }
});

async function readFirstSeconds(path: string): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  const decoder = realDecoder();
  try {
    await decoder.probe(path, signal);
    let blocks = 0;
    for await (const _ of decoder.decode(path, { maxDurationMs: 3_600_000 }, signal)) if (++blocks > 30) break;
    return 'read';
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('media_')) return 'refused';
    return String(error);
  }
}
