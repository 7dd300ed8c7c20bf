import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextLabel, stableLabels } from './stable-labels.ts';

const turn = (speaker: string, startMs: number, endMs: number) => ({ speaker, startMs, endMs });

const turns = fc
  .array(fc.tuple(fc.constantFrom('S1', 'S2', 'S3', 'S4'), fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 60 })))
  .map((all) => all.map(([speaker, startMs, length]) => turn(speaker, startMs, startMs + length)));

describe('stableLabels', () => {
  it('gives who was known before the same label, whatever the engine calls them now', () => {
    const before = [turn('S1', 0, 10), turn('S2', 10, 20)];
    const found = [turn('S1', 12, 20), turn('S2', 0, 11)];
    expect([...stableLabels(before, found)]).toEqual([
      ['S2', 'S1'],
      ['S1', 'S2'],
    ]);
  });

  it('gives a new speaker a label that nobody ever had', () => {
    const before = [turn('S1', 0, 10), turn('S2', 10, 20)];
    const found = [turn('S1', 0, 10), turn('S2', 30, 40)];
    expect(stableLabels(before, found, new Set(['Ada'])).get('S2')).toBe('S3');
    expect(stableLabels([], found, new Set(['S1'])).get('S1')).toBe('S2');
  });

  it('names each speaker once, always', () => {
    fc.assert(
      fc.property(turns, turns, fc.subarray(['S1', 'S5', 'Ada']), (before, found, taken) => {
        const labels = stableLabels(before, found, new Set(taken));
        expect([...labels.keys()].toSorted()).toEqual([...new Set(found.map(({ speaker }) => speaker))].toSorted());
        expect(new Set(labels.values()).size).toBe(labels.size);
        for (const label of labels.values()) expect(taken).not.toContain(label);
      }),
    );
  });

  it('changes nothing when the same is found again', () => {
    fc.assert(
      fc.property(turns, (found) => {
        for (const [speaker, label] of stableLabels(found, found)) expect(label).toBe(speaker);
      }),
      // One speaker's turns that lie within another's may as well be the other's.
      { examples: [[[turn('S1', 0, 10)]]] },
    );
  });
});

it('nextLabel takes the first number that is free', () => {
  expect(nextLabel(new Set(['S1', 'S3', 'Ada']))).toBe('S2');
});
