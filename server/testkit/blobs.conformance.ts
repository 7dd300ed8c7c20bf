import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { Blobs } from '../src/core/ports/blobs.ts';

const local = ownerScope('local');
const key = 'sources/src_1';

export interface BlobsUnderTest {
  readonly blobs: Blobs;
  /** How many files are stored or half stored, unfinished ones included. */
  countFiles?(): Promise<number>;
  close(): Promise<void>;
}

const byPlace = (a: { place: string }, b: { place: string }): number => (a.place < b.place ? -1 : 1);

/** What every `Blobs` must do. */
export function blobsConformance(name: string, make: () => Promise<BlobsUnderTest>): void {
  describe(`${name} as Blobs`, () => {
    let test: BlobsUnderTest;
    let blobs: Blobs;
    beforeEach(async () => {
      test = await make();
      blobs = test.blobs;
    });
    afterEach(() => test.close());

    const put = (text: string, at = key, scope = local) => blobs.put(scope, at, Readable.from([Buffer.from(text)]));
    const read = async (at = key, range?: { start: number; end: number }) =>
      (await buffer(await blobs.read(local, at, range))).toString();

    it('stores a stream and tells its size and checksum', async () => {
      const pieces = Array.from({ length: 50 }, (_, i) => Buffer.alloc(10_000, i));
      const whole = Buffer.concat(pieces);
      const info = await blobs.put(local, key, Readable.from(pieces));
      expect(info).toEqual({ sizeBytes: 500_000, sha256: createHash('sha256').update(whole).digest('hex') });
      expect(await blobs.stat(local, key)).toEqual({ sizeBytes: 500_000 });
      expect((await buffer(await blobs.read(local, key))).equals(whole)).toBe(true);
    });

    it('stores an empty file', async () => {
      expect((await blobs.put(local, key, Readable.from([]))).sizeBytes).toBe(0);
      expect(await blobs.stat(local, key)).toEqual({ sizeBytes: 0 });
      expect(await read()).toBe('');
      expect(await blobs.withFile(local, key, (path) => readFile(path, 'utf8'))).toBe('');
    });

    it('stores text and bytes of one stream alike', async () => {
      const info = await blobs.put(local, key, Readable.from(['ä', Buffer.from('b'), new Uint8Array([99])]));
      expect(info.sizeBytes).toBe(4);
      expect(await read()).toBe('äbc');
    });

    it('reads a range with both ends included', async () => {
      await put('0123456789');
      expect(await read(key, { start: 0, end: 0 })).toBe('0');
      expect(await read(key, { start: 3, end: 9 })).toBe('3456789');
      expect(await read(key, { start: 8, end: 99 })).toBe('89');
    });

    it('lets a reader stop half way', async () => {
      await blobs.put(local, key, Readable.from([Buffer.alloc(300_000, 'x')]));
      for await (const piece of await blobs.read(local, key)) {
        expect((piece as Buffer).length).toBeGreaterThan(0); // without encoding a stream yields these
        break;
      }
      (await blobs.read(local, key)).destroy();
      expect(await read(key, { start: 0, end: 2 })).toBe('xxx');
    });

    it('gives a path that holds the bytes while work is done with it', async () => {
      await put('hello');
      expect(await blobs.withFile(local, key, (path) => readFile(path, 'utf8'))).toBe('hello');
      const failing = blobs.withFile(local, key, async () => {
        throw new Error('stop');
      });
      await expect(failing).rejects.toThrow('stop');
    });

    it('replaces and moves files', async () => {
      await put('one');
      await put('two');
      await put('old', 'exports/lecture/a.pdf');
      await blobs.move(local, key, 'exports/lecture/a.pdf');
      expect(await blobs.stat(local, key)).toBeNull();
      expect(await read('exports/lecture/a.pdf')).toBe('two');
      await blobs.move(local, 'exports/lecture/a.pdf', 'exports/lecture/a.pdf');
      expect(await read('exports/lecture/a.pdf')).toBe('two');
    });

    it('holds one file whole when two are stored under one key at once', async () => {
      const [a, b] = [Buffer.alloc(200_000, 'a'), Buffer.alloc(200_000, 'b')];
      await Promise.all([a, b].map((bytes) => blobs.put(local, key, Readable.from([bytes]))));
      const stored = await buffer(await blobs.read(local, key));
      expect([a, b].some((bytes) => bytes.equals(stored))).toBe(true);
    });

    it('stores and gives many files at once', async () => {
      const keys = Array.from({ length: 20 }, (_, i) => `sources/src_${i}`);
      await Promise.all(keys.map((at) => put(`of ${at}`, at)));
      expect(await Promise.all(keys.map((at) => read(at)))).toEqual(keys.map((at) => `of ${at}`));
    });

    it('keeps the same key of two owners apart, whatever the owners are called', async () => {
      const owners = ['a', 'A', '../a', 'a/b', 'ä', ' '];
      for (const owner of owners) await put(`of ${owner}`, key, ownerScope(owner));
      for (const owner of owners) {
        expect((await buffer(await blobs.read(ownerScope(owner), key))).toString()).toBe(`of ${owner}`);
      }
      await blobs.remove(ownerScope('a'), key);
      expect(await blobs.stat(ownerScope('A'), key)).not.toBeNull();
      await expect(put('x', key, systemScope as typeof local)).rejects.toThrow(/one owner/); // a scope all the same
    });

    it('says that a file is not there', async () => {
      expect(await blobs.stat(local, key)).toBeNull();
      await expect(blobs.read(local, key)).rejects.toMatchObject({ code: 'source_not_found' });
      await expect(blobs.move(local, key, 'sources/src_2')).rejects.toMatchObject({ code: 'source_not_found' });
      await expect(blobs.withFile(local, key, async () => 1)).rejects.toMatchObject({ code: 'source_not_found' });
      await expect(blobs.remove(local, key)).resolves.toBeUndefined();
    });

    it('removes files', async () => {
      await put('x');
      await blobs.remove(local, key);
      expect(await blobs.stat(local, key)).toBeNull();
    });

    it('lists every file of all owners, with its place, its key and when it was written', async () => {
      const before = Date.now();
      const files = [
        ...['sources/src_1', 'sources/src_2', 'incoming/a', 'uploads/upl_1/a', 'exports/a/b'].map((at) => [local, at] as const),
        [ownerScope('../b'), 'sources/src_1'] as const,
      ];
      for (const [scope, at] of files) await put('x', at, scope);
      const listed = await Array.fromAsync(blobs.stored());
      const wanted = files.map(([scope, at]) => ({ place: blobs.place(scope, at), key: at }));
      expect(listed.map(({ place, key: at }) => ({ place, key: at })).sort(byPlace)).toEqual(wanted.sort(byPlace));
      expect(new Set(wanted.map(({ place }) => place)).size).toBe(files.length);
      for (const { writtenAt } of listed) expect(Math.abs(writtenAt - before)).toBeLessThan(60_000);
      await blobs.move(local, 'incoming/a', 'sources/src_3');
      const after = (await Array.fromAsync(blobs.stored())).map(({ place }) => place);
      expect(after).toContain(blobs.place(local, 'sources/src_3'));
      expect(after).not.toContain(blobs.place(local, 'incoming/a'));
    });

    it('removes what was listed unless it was written again since', async () => {
      await put('one');
      await put('two', 'sources/src_2');
      const [first, second] = (await Array.fromAsync(blobs.stored())).sort(byPlace);
      if (!first || !second) throw new Error('Two files were stored.');
      await put('one, of another length');
      expect(await blobs.removeStored(first)).toBe(false);
      expect(await read()).toBe('one, of another length');
      expect(await blobs.removeStored(second)).toBe(true);
      expect(await blobs.removeStored(second)).toBe(false);
      expect((await Array.fromAsync(blobs.stored())).map(({ key: at }) => at)).toEqual([key]);
    });

    it('leaves out the checksum when it is not wanted', async () => {
      const stored = await blobs.put(local, key, Readable.from([Buffer.from('hello')]), { digest: false });
      expect(stored).toEqual({ sizeBytes: 5, sha256: '' });
      expect(await read()).toBe('hello');
    });

    it('refuses a body past the limit and keeps the file before it', async () => {
      await put('before');
      const tooLong = blobs.put(local, key, Readable.from([Buffer.alloc(6), Buffer.alloc(5)]), { maxBytes: 10 });
      await expect(tooLong).rejects.toMatchObject({ code: 'body_too_large' });
      expect(await read()).toBe('before');
      await blobs.put(local, key, Readable.from([Buffer.alloc(10)]), { maxBytes: 10 });
      expect(await blobs.stat(local, key)).toEqual({ sizeBytes: 10 });
    });

    it('leaves nothing behind when the body breaks off half way', async () => {
      const failing = new Readable({ read() {} });
      failing.push(Buffer.alloc(100_000));
      const stored = blobs.put(local, key, failing);
      setImmediate(() => failing.destroy(new Error('connection lost')));
      await expect(stored).rejects.toThrow('connection lost');
      const closed = new Readable({ read() {} });
      closed.push(Buffer.alloc(10));
      const second = blobs.put(local, key, closed);
      setImmediate(() => closed.destroy());
      await expect(second).rejects.toThrow();
      expect(await blobs.stat(local, key)).toBeNull();
      expect((await test.countFiles?.()) ?? 0).toBe(0);
    });

    it('leaves nothing behind when it is aborted', async () => {
      const abort = new AbortController();
      const endless = new Readable({ read() {} });
      endless.push(Buffer.alloc(100_000));
      const stored = blobs.put(local, key, endless, { signal: abort.signal });
      setImmediate(() => abort.abort());
      await expect(stored).rejects.toThrow();
      expect(endless.destroyed).toBe(true);
      await expect(blobs.put(local, key, Readable.from(['x']), { signal: AbortSignal.abort() })).rejects.toThrow();
      expect(await blobs.stat(local, key)).toBeNull();
      expect((await test.countFiles?.()) ?? 0).toBe(0);
    });

    it.each(['../x', '/x', 'a//b', 'a/../b', 'a/', '', 'A', 'a b', 'a\0b', '.x', 'a/.x', 'a\\b', 'x'.repeat(400)])(
      'refuses the key %j',
      async (bad) => {
        await expect(put('x', bad)).rejects.toThrow(/Not a blob key/);
        await expect(blobs.read(local, bad)).rejects.toThrow(/Not a blob key/);
        expect(() => blobs.uri(local, bad)).toThrow(/Not a blob key/);
      },
    );

    it('names files for the API', () => {
      expect(blobs.uri(local, key)).toMatch(/^(local|s3|gs):\/\/.*sources\/src_1$/);
    });

    it('checks that it can be written to', async () => {
      await expect(blobs.check()).resolves.toBeUndefined();
    });
  });
}
