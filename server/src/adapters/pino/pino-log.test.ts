import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPinoLog } from './pino-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function lines(
  level: 'info' | 'warn',
  write: (log: Awaited<ReturnType<typeof createPinoLog>>) => void,
): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  write(await createPinoLog({ level, destination: { write: (line) => void written.push(line) } }));
  return written
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createPinoLog', () => {
  it('writes one JSON object a line with level, time, category and event', async () => {
    const [line] = await lines('info', (log) => log.info('access', 'request', { route: '/api/jobs', status: 200 }));
    expect(line).toMatchObject({ level: 'info', category: 'access', event: 'request', route: '/api/jobs', status: 200 });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('leaves out what is below its level', async () => {
    expect(await lines('warn', (log) => log.info('application', 'quiet'))).toEqual([]);
  });

  it('keeps a line break in a value from forging a line', async () => {
    const written = await lines('info', (log) => log.warn('application', 'odd', { fileName: 'a\n{"level":"error"}' }));
    expect(written).toHaveLength(1);
  });

  it('never writes secret fields, and masks secrets inside messages', async () => {
    const [line] = await lines('info', (log) =>
      log.error('error', 'provider-failed', {
        apiKey: 'sk-abcdefghijklmnopqrstuv',
        text: 'what was said',
        cause: 'Authorization: Bearer abcdef.ghijkl; https://user:pass@host/?api_key=12345 sk-abcdefghijklmnopqrstuv',
      }),
    );
    const all = JSON.stringify(line);
    for (const secret of ['abcdef', 'pass@', '12345', 'what was said']) expect(all).not.toContain(secret);
  });

  it('rolls files at 10 MB and keeps five', async () => {
    const log = await createPinoLog({ level: 'info', destination: { write: () => {} }, folder });
    const padding = 'x'.repeat(1_000_000);
    // Files are rolled between writes: let each one through, as a server does.
    const writtenBytes = async (): Promise<number> => {
      const sizes = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name)).then((file) => file.size)));
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    for (let n = 0; n < 75; n++) {
      const before = await writtenBytes();
      log.info('application', 'filler', { padding });
      await vi.waitFor(async () => expect(await writtenBytes()).not.toBe(before), { interval: 2 });
    }
    await vi.waitFor(
      async () => {
        const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
        const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
        expect(names.length).toBeGreaterThan(1);
        expect(names.length).toBeLessThanOrEqual(5);
        expect(Math.max(...sizes)).toBeLessThan(12_000_000);
        const last = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
        expect(last.some((content) => content.includes('filler'))).toBe(true);
      },
      { timeout: 20_000, interval: 200 },
    );
  });
});
