import type { FaultReport } from './run-faults.ts';

/** SIGKILL to the next claim: the lease of 7 s and a look. */
const RECOVERY_GOAL_MS = 15_000;

/** Whether nothing was lost, doubled, forgotten or left behind. */
export function isClean({ faults }: FaultReport): boolean {
  return Object.values(faults).every((found) => found.length === 0);
}

/** The report as a table for people, with a line for each thing that is wrong. */
export function faultTable(report: FaultReport): string {
  const { faults, tally, recoveriesMs } = report;
  const worst = recoveriesMs.at(-1);
  const rows: [string, string | number][] = [
    ['seed (FAULT_SEED)', report.seed],
    ['seconds', report.seconds],
    ['accepted', report.accepted],
    ['transcribed', report.transcribed],
    ['dead letters', report.deadLetters],
    ['lost', faults.lost.length],
    ['duplicated', faults.duplicated.length],
    ['refused', faults.refused.length],
    ['not finished', faults.unfinished.length],
    ['tries beyond the first', report.retries],
    ['requests sent again', report.clientRetries],
    ...[...tally.strikes].map(([name, count]): [string, number] => [name, count]),
    ...[...tally.skipped].map(([name, why]): [string, string] => [name, `skipped: ${why}`]),
    ['jobs taken from killed workers', recoveriesMs.length],
    ['recovery after a kill, p95', seconds(percentile(recoveriesMs, 0.95))],
    ['recovery after a kill, max', `${seconds(worst)} (goal: under ${RECOVERY_GOAL_MS / 1000} s)`],
    ['processes left', faults.orphans.length],
    ['temporary files left', faults.temporaryFiles.length],
    ['processes that crashed', faults.crashes.length],
    ['files of unanswered uploads', report.unanswered],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const wrong = Object.entries(faults).flatMap(([kind, found]) => found.map((each: string) => `  ${kind}: ${each}`));
  return [...table, ...report.causes.map((each) => `  dead letter: ${each}`), ...wrong].join('\n');
}

/** Of ascending numbers. */
function percentile(ascending: readonly number[], share: number): number | undefined {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`;
}
