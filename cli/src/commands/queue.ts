import type { QueueReply, RunningJobReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { duration } from '../terminal/duration.ts';
import { clip, safeText } from '../terminal/wrap-text.ts';

const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** `scholium queue stats`: a line for each kind. */
export async function showQueue(context: CommandContext): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('getQueue', { query: { limit: 1 }, signal: context.signal });
  const { counts, deadLetters, oldestQueuedMs } = reply;
  printResult(context, { counts, deadLetters, oldestQueuedMs }, () => {
    const { terminal } = context;
    terminal.print(`  ${'kind'.padEnd(14)}${STATUSES.map((status) => status.padStart(10)).join('')}`);
    for (const line of tableOf(counts)) terminal.print(`  ${line}`);
    terminal.print();
    terminal.print(`  ${oldestQueuedMs > 0 ? `The oldest job waits for ${duration(oldestQueuedMs)}.` : 'No job waits.'}`);
    if (deadLetters > 0) terminal.print(`  Dead letters: ${deadLetters}. See them with: scholium dead-letters list`);
  });
}

/** `scholium queue active`: every running job, with its worker. */
export async function showActive(context: CommandContext): Promise<void> {
  const client = await context.connect();
  const running: RunningJobReply[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await client.call('getQueue', { query: { limit: 200, cursor }, signal: context.signal });
    running.push(...page.running);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  printResult(context, { running }, () => {
    const { terminal } = context;
    if (running.length === 0) terminal.print('  No job is running.');
    for (const job of running) terminal.print(lineOf(job));
  });
}

function tableOf(counts: QueueReply['counts']): string[] {
  const kinds = [...new Set(counts.map(({ kind }) => kind))].sort();
  const cell = (kind: string, status: string): number =>
    counts.filter((row) => row.kind === kind && row.status === status).reduce((sum, { count }) => sum + count, 0);
  return kinds.map(
    (kind) => clip(kind, 14).padEnd(14) + STATUSES.map((status) => String(cell(kind, status)).padStart(10)).join(''),
  );
}

function lineOf({ jobId, kind, lectureId, progress, attempts, maxAttempts, runningMs, workerId }: RunningJobReply): string {
  const percent = `${String(Math.floor(progress * 100)).padStart(3)} %`;
  const about = clip(`${kind} ${lectureId ?? ''}`, 28).padEnd(28);
  const age = duration(runningMs).padStart(9);
  return `  ${safeText(jobId)}  ${percent}  ${age}  try ${attempts} of ${maxAttempts}  ${about}  ${safeText(workerId ?? '')}`.trimEnd();
}
