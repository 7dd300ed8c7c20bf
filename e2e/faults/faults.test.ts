import { expect, it } from 'vitest';
import { faultTable, isClean } from './fault-table.ts';
import { runFaults } from './run-faults.ts';

/** About a minute on a machine that runs other tests too, and the wait for the last jobs. */
const TIMEOUT_MS = 360_000;

it(
  'loses no recording and does none twice, whatever is killed, emptied, filled or restarted',
  async () => {
    const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1e9));
    const report = await runFaults({
      seed,
      recordings: 14,
      minutes: 0.4,
      untilSent: false,
      pace: { gapMs: [200, 1_000], killGapMs: [4_000, 7_000] },
    });
    const table = faultTable(report);
    process.stdout.write(`${table}\n`);
    expect(isClean(report), table).toBe(true);
    expect(report.accepted).toBe(14);
    expect(report.transcribed + report.deadLetters).toBe(14);
  },
  TIMEOUT_MS,
);
