import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ownerScope } from '../../core/domain/scope.ts';
import { cutIntoParts } from './cut-into-parts.ts';
import { checkedPrefix, objectName } from './object-name.ts';
import { resumeReading } from './resume-reading.ts';

describe('cutIntoParts', () => {
  it.each([
    [[], 4, ['']],
    [['abcd'], 4, ['abcd']],
    [['abcde'], 4, ['abcd', 'e']],
    [['ab', 'cdef', 'g'], 3, ['abc', 'def', 'g']],
    [['abcdefghij'], 2, ['ab', 'cd', 'ef', 'gh', 'ij']],
    [['', 'a', '', 'b'], 1, ['a', 'b']],
  ])('cuts %j by %i', async (pieces, partBytes, wanted) => {
    const source = Readable.from(pieces.map((piece) => Buffer.from(piece)));
    const parts = await Array.fromAsync(cutIntoParts(source, partBytes));
    expect(parts.map(({ bytes }) => bytes.toString())).toEqual(wanted);
    expect(parts.map(({ last }) => last)).toEqual(wanted.map((_, i) => i === wanted.length - 1));
  });
});

describe('resumeReading', () => {
  const whole = Buffer.from('0123456789');
  const broken = (from: number, to: number): Readable =>
    Readable.from(
      (function* () {
        yield whole.subarray(from, to);
        throw new Error('connection lost');
      })(),
    );

  it('goes on behind the last byte as long as each connection brings some', async () => {
    const asked: number[] = [];
    const open = async (start: number): Promise<Readable> => {
      asked.push(start);
      return broken(start, start + 1);
    };
    expect((await buffer(await resumeReading(open, { start: 2, end: 4 }))).toString()).toBe('234');
    expect(asked).toEqual([2, 3, 4]);
  });

  it('asks again when the store closed the connection early without an error', async () => {
    const open = async (start: number): Promise<Readable> => Readable.from([whole.subarray(start, start + 6)]);
    expect(await text(await resumeReading(open, { start: 0, end: 9 }))).toBe('0123456789');
  });

  it('gives up when connection after connection brings nothing', async () => {
    let asked = 0;
    const open = async (start: number): Promise<Readable> => {
      asked += 1;
      return broken(start, start);
    };
    await expect(text(await resumeReading(open, { start: 0, end: 9 }))).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(asked).toBe(5);
  });

  it('waits for no store that sends nothing, and lets a slow reader take its time', async () => {
    const silent = new Readable({ read() {} });
    let asked = 0;
    const open = async (start: number): Promise<Readable> => {
      asked += 1;
      return asked === 1 ? silent : Readable.from([whole.subarray(start)]);
    };
    expect(await text(await resumeReading(open, { start: 0, end: 9, idleTimeoutMs: 20 }))).toBe('0123456789');
    expect(silent.destroyed).toBe(true);
  });

  it('closes the connection when the reader leaves, before or after the first byte', async () => {
    for (const readFirst of [false, true]) {
      const body = new Readable({ read() {} });
      body.push(whole);
      const stream = await resumeReading(async () => body, { start: 0, end: 99 });
      if (readFirst) await new Promise((resolve) => stream.once('data', resolve));
      stream.destroy();
      await new Promise((resolve) => (body.closed ? resolve(null) : body.once('close', resolve)));
      expect(body.destroyed).toBe(true);
    }
  });
});

describe('names in a bucket', () => {
  it('have the prefix, the owner and the key, and never climb', () => {
    expect(objectName('a/', ownerScope('local'), 'sources/x')).toBe('a/local/sources/x');
    expect(objectName('', ownerScope('../b'), 'x')).toMatch(/^~[0-9a-f]{64}\/x$/);
    expect(() => objectName('', ownerScope('a'), '../x')).toThrow(/Not a blob key/);
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['a', 'a/'],
    ['//a//b/', 'a/b/'],
  ])('take the prefix %j as %j', (given, wanted) => {
    expect(checkedPrefix(given, 'S3_PREFIX')).toBe(wanted);
  });

  it('refuse a prefix that tools would read as something else', () => {
    for (const bad of ['a\n', 'a/../b', '*', 'x'.repeat(601)]) {
      expect(() => checkedPrefix(bad, 'S3_PREFIX')).toThrow(/S3_PREFIX/);
    }
  });
});
