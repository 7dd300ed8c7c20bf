import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignWords } from './align-words.ts';
import { countWordErrors } from './word-errors.ts';

describe('alignWords', () => {
  it('pairs the words of both, in order', () => {
    expect(alignWords(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
      { kind: 'same', reference: 0, heard: 0 },
      { kind: 'replaced', reference: 1, heard: 1 },
      { kind: 'same', reference: 2, heard: 2 },
      { kind: 'added', heard: 3 },
    ]);
    expect(alignWords(['a', 'b'], ['b'])).toEqual([
      { kind: 'lost', reference: 0 },
      { kind: 'same', reference: 1, heard: 0 },
    ]);
    expect(alignWords([], [])).toEqual([]);
  });

  it('has each word of both once, and as many changes as there are errors', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 });
    fc.assert(
      fc.property(words, words, (reference, heard) => {
        const steps = alignWords(reference, heard);
        expect(steps.flatMap((step) => ('reference' in step ? step.reference : []))).toEqual(reference.map((_, i) => i));
        expect(steps.flatMap((step) => ('heard' in step ? step.heard : []))).toEqual(heard.map((_, i) => i));
        const changes = steps.filter(({ kind }) => kind !== 'same').length;
        expect(changes).toBe(countWordErrors(reference.join(' '), heard.join(' ')).errors);
      }),
    );
  });
});
