import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findSampleData } from '../sample-data.ts';
import { readRttm, scoreDiarization, type Turn } from './diarization-error.ts';

const turn = (speaker: string, start: number, end: number): Turn => ({ start, end, speaker });
const plain = { collar: 0, ignoresOverlap: false };

describe('scoreDiarization', () => {
  it('finds nothing wrong where only the names differ', () => {
    const reference = [turn('ann', 0, 10), turn('bob', 10, 20)];
    expect(scoreDiarization(reference, [turn('2', 0, 10), turn('1', 10, 20)], plain).rate).toBe(0);
  });

  it('counts what is missed, what nobody said, and what another said', () => {
    const reference = [turn('ann', 0, 10), turn('bob', 12, 20)];
    const system = [turn('1', 0, 8), turn('1', 11, 14), turn('2', 14, 20)];
    expect(scoreDiarization(reference, system, plain)).toEqual({
      speech: 18,
      missed: 2,
      falseAlarm: 1,
      confused: 2,
      rate: 5 / 18,
    });
  });

  it('counts each speaker of an overlap, or leaves overlaps out', () => {
    const reference = [turn('ann', 0, 10), turn('bob', 6, 10)];
    const system = [turn('1', 0, 10)];
    expect(scoreDiarization(reference, system, plain)).toMatchObject({ speech: 14, missed: 4 });
    expect(scoreDiarization(reference, system, { ...plain, ignoresOverlap: true })).toMatchObject({ speech: 6, missed: 0 });
  });

  it('does not count what is near a boundary, with a collar', () => {
    const reference = [turn('ann', 0, 10), turn('bob', 10, 20)];
    const system = [turn('1', 0, 10.2), turn('2', 10.2, 20)];
    expect(scoreDiarization(reference, system, plain).confused).toBeCloseTo(0.2);
    expect(scoreDiarization(reference, system, { ...plain, collar: 0.25 })).toMatchObject({ speech: 19, confused: 0 });
  });

  it('maps speakers so that most agrees, not the first that fits best', () => {
    const reference = [turn('ann', 0, 10), turn('ann', 20, 29), turn('bob', 10, 20)];
    const system = [turn('1', 0, 20), turn('2', 20, 29)];
    // One to ann, two to nobody: 9 s wrong besides bob's 10; one to bob, two to ann: only 10 s.
    expect(scoreDiarization(reference, system, plain).confused).toBeCloseTo(10);
  });

  // The pair and its figure are SpeechBrain's: its DER function, which calls NIST's md-eval, gives 7.16923618 % for it.
  const folder = findSampleData('diar/scorer_ES2014c');
  it.runIf(folder !== null)('gives the figure that md-eval gives for a meeting of the AMI corpus', () => {
    const read = (name: string): Turn[] => readRttm(readFileSync(`${folder}/${name}/ES2014c.rttm`, 'utf8'));
    const score = scoreDiarization(read('ref_rttm'), read('sys_rttm'), { collar: 0.25, ignoresOverlap: true });
    expect(100 * score.rate).toBeCloseTo(7.16923618, 6);
    expect([score.missed, score.falseAlarm].map((seconds) => Math.round(seconds * 1000))).toEqual([0, 0]);
  });
});
