import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from './create-log.ts';
import { openRotatingFile } from './rotating-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function logged(write: (log: ReturnType<typeof createLog>) => void, level: 'info' | 'error' = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog({ level, destination: { write: (line) => void lines.push(line) } }));
  for (const line of lines) expect(line.match(/\n/g)).toHaveLength(1);
  return lines.map((line) => JSON.parse(line));
}

test('a line is JSON with time, level, category and event', () => {
  const [line] = logged((log) => log.info('access', 'request.finished', { requestId: 'r1', status: 200 }));
  expect(line).toMatchObject({ level: 'info', category: 'access', event: 'request.finished', requestId: 'r1', status: 200 });
  expect(new Date(String(line?.['time'])).getTime()).toBeGreaterThan(0);
});

test('line breaks in values forge no line, and fields cannot pose as the category or the time', () => {
  const [line, ...rest] = logged((log) =>
    log.warn('audit', 'upload', { fileName: 'a\n{"category":"access"}\r\nb', category: 'access', time: 'never', level: 'debug' }),
  );
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ category: 'audit', level: 'warn', fileName: 'a\n{"category":"access"}\r\nb' });
  expect(line?.['time']).not.toBe('never');
});

test('secrets are taken out by name and by shape, at any depth and inside errors', () => {
  const secret = 'abcdefghijklmnop1234';
  const cause = new Error(`401 from https://user:${secret}@host/?api_key=${secret} with Bearer ${secret}`);
  const lines = logged((log) =>
    log.error('error', 'failed', {
      authorization: secret,
      headers: { Cookie: secret, 'x-api-key': secret, list: [{ refresh_token: secret }] },
      openaiApiKey: secret,
      text: `key sk-${secret} and hf_${secret}`,
      cause: new Error('outer', { cause }),
      inputTokens: 12,
    }),
  );
  expect(JSON.stringify(lines)).not.toContain(secret);
  expect(lines[0]).toMatchObject({ inputTokens: 12, authorization: '[redacted]' });
});

test('values without end are cut', () => {
  const endless: Record<string, unknown> = {};
  endless['self'] = endless;
  const [line] = logged((log) => log.info('application', 'x', { endless, long: 'x'.repeat(100_000) }));
  expect(JSON.stringify(line).length).toBeLessThan(10_000);
});

test('what is below the level is not written', () => {
  expect(logged((log) => log.info('application', 'x'), 'error')).toEqual([]);
});

test('with a folder the lines are in the file as soon as they are logged', async () => {
  const log = createLog({ level: 'info', destination: { write() {} }, folder });
  log.info('application', 'server.started');
  expect(await readFile(join(folder, 'scholium.log'), 'utf8')).toContain('"event":"server.started"');
});

test('a full file is rotated, the newest first, and only so many are kept', async () => {
  const file = openRotatingFile(folder, 'x.log', { maxBytes: 100, keep: 3 });
  for (let number = 0; number < 20; number += 1) file.write(`${String(number).padStart(2, '0')}${'.'.repeat(47)}\n`);
  file.close();
  const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).match(/^\d\d/gm);
  expect((await readdir(folder)).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
  expect([await read('x.log'), await read('x.log.1'), await read('x.log.2')]).toEqual([
    ['18', '19'],
    ['16', '17'],
    ['14', '15'],
  ]);
});

test('a log folder that cannot be made says which setting to change', async () => {
  await writeFile(join(folder, 'file'), '');
  expect(() => createLog({ level: 'info', folder: join(folder, 'file') })).toThrow(
    expect.objectContaining({ code: 'storage_unavailable', detail: expect.stringContaining('LOG_DIR') }),
  );
});
