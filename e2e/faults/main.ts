import { parseArgs } from 'node:util';
import { faultTable, isClean } from './fault-table.ts';
import { runFaults } from './run-faults.ts';

// npm run test:faults -- [--minutes 20] [--recordings 200] [--seed N]
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    recordings: { type: 'string', default: '200' },
    seed: { type: 'string' },
  },
});
const [minutes, recordings] = [Number(values.minutes), Number(values.recordings)];
const seed = Number(values.seed ?? process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1e9));
if (!(minutes > 0) || !Number.isInteger(recordings) || recordings < 1 || !Number.isInteger(seed)) {
  process.stderr.write('Usage: npm run test:faults -- [--minutes 20] [--recordings 200] [--seed NUMBER]\n');
  process.exit(2);
}
process.stdout.write(`Faults for ${minutes} minutes, ${recordings} recordings, FAULT_SEED=${seed}\n`);
// The first Ctrl-C ends the faults early; everything is counted and stopped all the same.
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
const report = await runFaults(
  { seed, recordings, minutes, untilSent: true, pace: { gapMs: [3_000, 8_000], killGapMs: [3_000, 9_000] } },
  stop.signal,
);
process.stdout.write(`${faultTable(report)}\n`);
process.exitCode = isClean(report) ? 0 : 1;
