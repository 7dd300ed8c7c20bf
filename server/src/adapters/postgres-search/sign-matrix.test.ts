import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signBits } from '../sqlite-search/quantise.ts';
import { nearestBySigns, readSignBlock, type MatrixFilter, type SignBlock } from './sign-matrix.ts';

interface Entry {
  readonly row: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly vector: Float32Array;
}

const OF = { lectureId: 'l1', courseId: 'c1', kind: 'recording' };

/** As the server sends it. */
function blockOf(entries: readonly Entry[], of = OF): SignBlock {
  const records = entries.map(({ row, startMs, endMs, vector }) => {
    const head = Buffer.alloc(28);
    head.writeBigInt64BE(BigInt(row), 0);
    head.writeDoubleBE(startMs, 8);
    head.writeDoubleBE(endMs, 16);
    head.writeInt32BE(vector.length, 24);
    return Buffer.concat([head, signBits(vector)]);
  });
  return readSignBlock(Buffer.concat(records), of);
}

function distance(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, component, index) => sum + (component > 0 === (right[index] ?? 0) > 0 ? 0 : 1), 0);
}

/** Bits that do not fill bytes and words, as well as those that do. */
const vectorsOf = (components: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.integer({ min: -1, max: 1 }), { minLength: components, maxLength: components })
    .map((list) => Float32Array.from(list));

const nearest = (blocks: readonly SignBlock[], vector: Float32Array, filter: MatrixFilter = {}): number[] =>
  nearestBySigns(blocks, vector, { filter, limit: 10 });

describe('the nearest by sign bits', () => {
  it('are those with the fewest different signs, the lower row first when as many differ, whatever the number of components', () => {
    const cases = fc
      .integer({ min: 1, max: 70 })
      .chain((components) =>
        fc.record({ vectors: fc.array(vectorsOf(components), { maxLength: 40 }), asked: vectorsOf(components) }),
      );
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 45 }), ({ vectors, asked }, limit) => {
        const entries = vectors.map((vector, row) => ({ row, startMs: 0, endMs: 1, vector }));
        const half = Math.floor(entries.length / 2);
        const blocks = [blockOf(entries.slice(half)), blockOf(entries.slice(0, half)), blockOf([])];
        const expected = entries
          .toSorted((a, b) => distance(a.vector, asked) - distance(b.vector, asked) || a.row - b.row)
          .slice(0, limit)
          .map(({ row }) => row);
        expect(nearestBySigns(blocks, asked, { filter: {}, limit })).toEqual(expected);
      }),
    );
  });

  it('are looked for only where the filter lets through; passages without times have no part in one by time', () => {
    const vector = Float32Array.of(1, -1, 1);
    const at = (row: number, startMs: number, endMs: number): Entry => ({ row, startMs, endMs, vector });
    const blocks = [
      blockOf([at(1, 0, 10), at(2, 10, 20), at(2 ** 40, 20, 30)]),
      blockOf([at(4, Number.NaN, Number.NaN)], { lectureId: 'l2', courseId: 'c1', kind: 'document' }),
      blockOf([at(5, 0, 10)], { lectureId: 'l3', courseId: 'c2', kind: 'recording' }),
    ];
    expect(nearest(blocks, vector)).toEqual([1, 2, 4, 5, 2 ** 40]);
    expect(nearest(blocks, vector, { lectureIds: ['l2', 'l3'] })).toEqual([4, 5]);
    expect(nearest(blocks, vector, { lectureIds: [] })).toEqual([]);
    expect(nearest(blocks, vector, { courseId: 'c1' })).toEqual([1, 2, 4, 2 ** 40]);
    expect(nearest(blocks, vector, { kind: 'recording' })).toEqual([1, 2, 5, 2 ** 40]);
    expect(nearest(blocks, vector, { fromMs: 15 })).toEqual([2, 2 ** 40]);
    expect(nearest(blocks, vector, { toMs: 10 })).toEqual([1, 2, 5]);
    expect(nearest(blocks, vector, { fromMs: 20, toMs: 20 })).toEqual([2, 2 ** 40]);
  });
});
