import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { faults, modelOf, startModelServer, type ModelServer } from '../../../testkit/model-server.ts';
import { MODELS_HOST } from '../../core/models/model-files.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createModelShelf, type ModelShelfOptions } from './create-model-shelf.ts';

const ENCODER = randomBytes(3_000_000);
const TOKENS = Buffer.from('a 0\nb 1\n'.repeat(200));
const FILES = { '/who/model/resolve/main/encoder.onnx': ENCODER, '/who/model/resolve/main/tokens.txt': TOKENS };
const [ENCODER_PATH, TOKENS_PATH] = Object.keys(FILES) as [string, string]; // as written above
const model = modelOf('little', FILES);
const ALL = ENCODER.length + TOKENS.length;

describe('the shelf of models', () => {
  let folder: string;
  let server: ModelServer;
  const slept: number[] = [];
  const never = new AbortController().signal;
  /** Real time, but no pause is waited for. */
  const hasty: Clock = {
    now: () => Date.now(),
    sleep: async (ms) => {
      slept.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-shelf-'));
    server = await startModelServer(FILES);
    slept.length = 0;
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const shelf = (options: Partial<ModelShelfOptions> = {}) =>
    createModelShelf({ folder, offline: false, baseUrl: server.baseUrl, token: null, own: null, clock: hasty, ...options });
  const pull = (from = shelf(), which = model, signal = never) => from.pull(which, () => {}, signal);
  const isWhole = async (encoder = ENCODER): Promise<boolean> =>
    encoder.equals(await readFile(join(folder, 'little', 'encoder.onnx'))) &&
    TOKENS.equals(await readFile(join(folder, 'little', 'tokens.txt')));

  it('fetches all files, tells how far it is, and knows the model afterwards without asking anybody', async () => {
    const told: (readonly [number, number | null])[] = [];
    const made = shelf();
    expect(await made.state(model)).toEqual({ state: 'missing', bytes: 0 });
    await made.pull(model, ({ bytes, ofBytes }) => told.push([bytes, ofBytes]), never);
    expect(await isWhole()).toBe(true);
    expect(told.at(-1)).toEqual([ALL, ALL]);
    expect(told.length).toBeGreaterThan(3);
    expect(told.map(([bytes]) => bytes)).toEqual(told.map(([bytes]) => bytes).toSorted((a, b) => a - b));
    expect(await made.state(model)).toEqual({ state: 'ready', bytes: ALL });
    const located = await shelf({ offline: true }).locate('little');
    expect(located).toEqual({ folder: join(folder, 'little'), digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
    await pull();
    expect(server.asked).toEqual([ENCODER_PATH, TOKENS_PATH]);
    expect(await readdir(join(folder, '.partial'))).toEqual([]);
  });

  it('goes on where a broken transfer ended, as often as each brings something', async () => {
    server.fail(faults.breakAfter(1_000_000), faults.breakAfter(500_000), faults.breakAfter(1_000_000));
    await pull();
    expect(await isWhole()).toBe(true);
    const begins = server.asked.slice(0, -1).map((asked) => Number(/bytes=(\d+)-$/.exec(asked)?.[1] ?? 0));
    expect(begins).toHaveLength(4);
    // What was under way when the connection broke may be lost; what was written is not asked for again.
    expect(begins[0]).toBe(0);
    expect(begins.slice(1).every((begin, at) => begin > (begins[at] ?? 0) + 100_000)).toBe(true);
  });

  it('goes on in another process, which knows only what lies on the disk', async () => {
    server.fail(faults.breakAfter(1_234_567), ...Array.from({ length: 5 }, () => faults.status(503)));
    await expect(pull()).rejects.toMatchObject({ code: 'url_unreachable' });
    const { state, bytes } = await shelf().state(model);
    expect(state).toBe('partial');
    expect(bytes).toBeGreaterThan(100_000);
    await pull(shelf());
    expect(server.asked.at(-2)).toBe(`${ENCODER_PATH} bytes=${bytes}-`);
    expect(await isWhole()).toBe(true);
  });

  it('begins anew where the server sends everything whatever it is asked for', async () => {
    server.fail(faults.breakAfter(1_000_000), faults.ignoreRange);
    await pull();
    expect(await isWhole()).toBe(true);
  });

  it('begins anew when the file was another one meanwhile, by its entity tag', async () => {
    server.fail(faults.breakAfter(1_000_000));
    const other = randomBytes(ENCODER.length);
    const files: Record<string, Buffer> = { ...FILES };
    const changing = await startModelServer(files);
    onTestFinished(() => changing.close());
    changing.fail(faults.breakAfter(1_000_000), (_request, _response, serve) => {
      files[ENCODER_PATH] = other;
      serve();
    });
    const unknown = modelOf('little', FILES, { facts: false });
    await pull(shelf({ baseUrl: changing.baseUrl }), unknown);
    expect(await isWhole(other)).toBe(true);
  });

  it('says what came is not what it should be, and keeps none of it', async () => {
    const wrong = modelOf('little', { ...FILES, [ENCODER_PATH]: randomBytes(ENCODER.length) });
    await expect(pull(shelf(), wrong)).rejects.toMatchObject({
      code: 'model_unavailable',
      detail: expect.stringContaining('checksum'),
    });
    expect(await shelf().state(wrong)).toEqual({ state: 'missing', bytes: 0 });
    const shorter = modelOf('little', { ...FILES, [ENCODER_PATH]: randomBytes(10) });
    await expect(pull(shelf(), shorter)).rejects.toMatchObject({ code: 'model_unavailable' });
    expect(slept).toEqual([]);
  });

  it('ends a transfer that brings more than the model has', async () => {
    server.fail((_request, response) => {
      const more = (): void => void (response.destroyed || (response.write(ENCODER), setImmediate(more)));
      more();
    });
    await expect(pull()).rejects.toMatchObject({ code: 'model_unavailable' });
    expect(server.asked).toHaveLength(1);
    await expect.poll(() => server.connections()).toBe(0);
  });

  it('takes pieces that do not fit together for a fault of the way, once', async () => {
    await mkdir(join(folder, '.partial', 'little'), { recursive: true });
    await writeFile(join(folder, '.partial', 'little', 'encoder.onnx'), randomBytes(100_000));
    await pull();
    expect(server.asked.slice(0, 2)).toEqual([`${ENCODER_PATH} bytes=100000-`, ENCODER_PATH]);
    expect(await isWhole()).toBe(true);
  });

  it('ends at once where there is no such file, and without an account', async () => {
    const elsewhere = modelOf('little', { '/gone/encoder.onnx': ENCODER });
    await expect(pull(shelf(), elsewhere)).rejects.toMatchObject({ code: 'url_not_found' });
    server.fail(faults.status(401));
    await expect(pull()).rejects.toMatchObject({ code: 'url_not_found', detail: expect.stringContaining('HF_TOKEN') });
    expect(server.asked).toHaveLength(2);
    expect(slept).toEqual([]);
  });

  it('waits as long as a busy server asks for, and gives up when that is too long', async () => {
    server.fail(faults.status(429, { 'retry-after': '7' }), faults.status(503));
    await pull();
    expect(slept).toEqual([7_000, 2_000]);
    await shelf().remove(model);
    server.fail(faults.status(503, { 'retry-after': '86400' }));
    await expect(pull()).rejects.toMatchObject({ code: 'url_unreachable' });
    expect(slept).toHaveLength(2);
  });

  it('gives up a server that says nothing more, and goes on after it', async () => {
    const impatient = { headersTimeoutMs: 50, progress: { windowMs: 50, minBytes: 1 } };
    server.fail(faults.hang, faults.hangAfter(100_000));
    await pull(shelf({ fetch: impatient }));
    expect(server.asked[1]).toBe(ENCODER_PATH);
    expect(server.asked[2]).toMatch(/ bytes=\d+-$/);
  });

  it('ends within a second when it is cancelled, keeps what came, and lets go of the connection and the lock', async () => {
    const cancel = new AbortController();
    server.fail(faults.hangAfter(2_000_000));
    const pulling = shelf().pull(
      model,
      ({ bytes }) => void (bytes >= 1_000_000 && cancel.abort(new Error('enough'))),
      cancel.signal,
    );
    const began = Date.now();
    await expect(pulling).rejects.toThrow('enough');
    expect(Date.now() - began).toBeLessThan(1_000);
    await expect.poll(() => server.connections()).toBe(0);
    expect((await shelf().state(model)).state).toBe('partial');
    await pull();
    expect(server.asked[1]).toMatch(/ bytes=\d+-$/);
  });

  it('looks at the free space before it begins, and says both figures', async () => {
    const full = shelf({ freeBytes: async () => 100e6 });
    await expect(pull(full)).rejects.toMatchObject({ code: 'storage_full', detail: expect.stringMatching(/213 MB .* 100 MB/) });
    expect(server.asked).toEqual([]);
    const unknown = modelOf('little', FILES, { facts: false });
    await expect(pull(full, unknown)).rejects.toMatchObject({ code: 'storage_full' });
  });

  it('never asks the network when it is told not to', async () => {
    const offline = shelf({ offline: true });
    await expect(pull(offline)).rejects.toMatchObject({
      code: 'model_missing',
      detail: expect.stringContaining('verify little'),
    });
    expect(server.asked).toEqual([]);
    await mkdir(join(folder, 'little'), { recursive: true });
    await writeFile(join(folder, 'little', 'encoder.onnx'), ENCODER);
    await writeFile(join(folder, 'little', 'tokens.txt'), TOKENS);
    expect(await offline.locate('little')).toBeNull();
    expect((await offline.verify(model, never)).map(({ state }) => state)).toEqual(['ok', 'ok']);
    expect(await offline.locate('little')).not.toBeNull();
    await pull(offline);
    expect(server.asked).toEqual([]);
  });

  it('learns sizes and checksums that nobody tells, says so, and compares with them from then on', async () => {
    const unknown = modelOf('little', FILES, { facts: false });
    await pull(shelf(), unknown);
    expect((await shelf().verify(unknown, never)).map(({ state }) => state)).toEqual(['learned', 'learned']);
    await damage('encoder.onnx');
    expect((await shelf().verify(unknown, never)).map(({ state }) => state)).toEqual(['damaged', 'learned']);
  });

  it('finds a damaged file when it looks, and fetches that one only', async () => {
    await pull();
    await damage('encoder.onnx');
    expect((await shelf().state(model)).state).toBe('ready'); // its length is right: nobody has looked yet
    expect((await shelf().verify(model, never)).map(({ state }) => state)).toEqual(['damaged', 'ok']);
    expect(await shelf().locate('little')).toBeNull();
    await pull();
    expect(server.asked.slice(2)).toEqual([ENCODER_PATH]);
    expect(await isWhole()).toBe(true);
  });

  it('does not know a model of which a file is shorter than it was, or gone', async () => {
    await pull();
    await truncate(join(folder, 'little', 'tokens.txt'), 10);
    expect(await shelf().locate('little')).toBeNull();
    await rm(join(folder, 'little', 'tokens.txt'));
    expect(await shelf().locate('little')).toBeNull();
  });

  it('removes a model, and what was begun of one', async () => {
    await pull();
    expect(await shelf().remove(model)).toBe(true);
    expect(await shelf().state(model)).toEqual({ state: 'missing', bytes: 0 });
    expect(await shelf().remove(model)).toBe(false);
  });

  it('fetches a model once for all who want it at the same time, and refuses to remove it meanwhile', async () => {
    const told: number[] = [];
    server.fail((_request, _response, serve) => void setTimeout(serve, 100));
    const first = pull();
    await expect.poll(() => server.asked.length).toBe(1);
    await expect(shelf().remove(model)).rejects.toMatchObject({ code: 'job_active' });
    await Promise.all([first, pull(), shelf().pull(model, ({ bytes }) => told.push(bytes), never)]);
    expect(server.asked).toEqual([ENCODER_PATH, TOKENS_PATH]);
    expect(told.length).toBeGreaterThan(0);
  });

  it('takes over from a process that was killed in the middle, and goes on after what it had', async () => {
    server.fail(faults.hangAfter(1_500_000));
    const child = fork(fileURLToPath(new URL('./pull.child.ts', import.meta.url)), [
      folder,
      server.baseUrl,
      JSON.stringify(model),
    ]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await pull();
    expect(server.asked[1]).toMatch(/ bytes=\d+-$/);
    expect(await isWhole()).toBe(true);
  });

  it('sends the token to its own host only, over redirects too, and nobody else gets it', async () => {
    const other = await startModelServer(FILES);
    onTestFinished(() => other.close());
    server.fail(...[ENCODER_PATH, TOKENS_PATH].map((path) => faults.status(302, { location: `${other.baseUrl}${path}` })));
    const fetch = { allowPrivate: ['127.0.0.1'] };
    await pull(shelf({ token: { origin: server.baseUrl, value: 'hf_secret' }, fetch }));
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer hf_secret', 'Bearer hf_secret']);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    await shelf().remove(model);
    await pull(shelf({ token: { origin: MODELS_HOST, value: 'hf_secret' } }));
    expect(server.requests.slice(2).map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('trusts the mirror that is set, and no other place in a private network', async () => {
    server.fail(faults.status(302, { location: 'http://10.0.0.1/encoder.onnx' }));
    await expect(pull()).rejects.toMatchObject({ code: 'url_not_allowed' });
    const nowhere = modelOf('little', FILES);
    const plain = { ...nowhere, files: nowhere.files.map((file) => ({ ...file, url: `${server.baseUrl}/x` })) };
    await expect(pull(shelf({ baseUrl: null }), plain)).rejects.toMatchObject({ code: 'url_not_allowed' });
  });

  it('knows a model of the operator, whose digest changes with its files', async () => {
    const path = join(folder, 'mine');
    await mkdir(path);
    await writeFile(join(path, 'model.onnx'), 'one');
    const own = shelf({ own: { id: 'mine', path } });
    const before = await own.locate('mine');
    expect(before?.folder).toBe(path);
    await writeFile(join(path, 'model.onnx'), 'another');
    expect((await own.locate('mine'))?.digest).not.toBe(before?.digest);
    expect(await shelf({ own: { id: 'mine', path: join(folder, 'gone') } }).locate('mine')).toBeNull();
  });

  async function damage(name: string): Promise<void> {
    const path = join(folder, 'little', name);
    const bytes = await readFile(path);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }
});
