import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputKey } from './output-key.ts';

const base = { ownerId: 'local', step: 'generate', version: 1, preset: 'exam', inputs: ['a', 'b'] };

describe('outputKey', () => {
  it('is the same for the same parts in any order', () => {
    const { inputs, preset, version, step, ownerId } = base;
    expect(outputKey({ inputs, preset, version, step, ownerId })).toBe(outputKey(base));
  });

  it('starts with the step so that stored outputs can be told apart', () => {
    expect(outputKey(base)).toMatch(/^generate:[0-9a-f]{64}$/);
  });

  it('ignores parts that are undefined', () => {
    expect(outputKey({ ...base, nonce: undefined })).toBe(outputKey(base));
  });

  it('differs when any part differs', () => {
    const keys = [
      base,
      { ...base, ownerId: 'someone' },
      { ...base, version: 2 },
      { ...base, preset: 'beginner' },
      { ...base, inputs: ['b', 'a'] },
      { ...base, inputs: ['a,b'] },
      { ...base, nonce: '1' },
    ].map(outputKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('never mixes up two different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        // JSON has no -0, so 0 and -0 are the same part; the order of keys means nothing
        const same = isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
        expect(outputKey({ ...base, a }) === outputKey({ ...base, a: b })).toBe(same);
      }),
    );
  });
});
