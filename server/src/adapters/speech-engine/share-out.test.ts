import { describe, expect, it } from 'vitest';
import { shareOut } from './share-out.ts';

const GIB = 1024 ** 3;

describe('processes for a model', () => {
  it('are those that are wished for, where there is memory', () => {
    expect(shareOut({ processes: 4, threads: 1, memoryBytes: 16 * GIB }, 0.1 * GIB)).toEqual({ processes: 4, threads: 1 });
  });

  it('are fewer for a large model, with more threads each', () => {
    expect(shareOut({ processes: 8, threads: 1, memoryBytes: 16 * GIB }, 1.6e9)).toEqual({ processes: 3, threads: 3 });
  });

  it('are one at least, with all the threads', () => {
    expect(shareOut({ processes: 6, threads: 2, memoryBytes: 2 * GIB }, 3 * GIB)).toEqual({ processes: 1, threads: 12 });
  });
});
