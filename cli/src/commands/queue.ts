import type { QueueReply, RunningJobReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { duration } from '../terminal/duration.ts';
import { clip, safeText } from '../terminal/wrap-text.ts';

/** `scholium queue stats`: a line for each kind, with what `/metrics` tells of the queue. */
export async function showQueue(context: CommandContext): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('getQueue', { query: { limit: 1 }, signal: context.signal });
  const { kinds, counts, deadLetters, oldestQueuedMs, slots } = reply;
  printResult(context, { kinds, slots, counts, deadLetters, oldestQueuedMs }, () => {
    const { terminal } = context;
    for (const line of tableOf(reply)) terminal.print(`  ${line}`);
    terminal.print();
    for (const one of slots) terminal.print(`  ${slotsLine(one)}`);
    if (slots.length === 0) terminal.print('  No worker is there. Start one with: scholium worker');
    terminal.print(`  ${oldestQueuedMs > 0 ? `The oldest job waits for ${duration(oldestQueuedMs)}.` : 'No job waits.'}`);
    const stalled = kinds.reduce((sum, one) => sum + one.stalled, 0);
    if (stalled > 0)
      terminal.print(`  ${stalled} of those running lost their worker. Another takes them; if none does, start one.`);
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

const COLUMNS = ['queued', 'delayed', 'oldest', 'running', 'stalled', 'dead', 'succeeded', 'cancelled'];

function tableOf({ kinds, counts }: QueueReply): string[] {
  const row = (first: string, cells: readonly string[]): string =>
    clip(first, 16).padEnd(16) + cells.map((cell) => cell.padStart(11)).join('');
  const ended = (kind: string, status: 'succeeded' | 'cancelled'): number =>
    counts.find((one) => one.kind === kind && one.status === status)?.count ?? 0;
  const lines = kinds.map(({ kind, queued, delayed, oldestQueuedMs, running, stalled, deadLetters }) => {
    const oldest = oldestQueuedMs > 0 ? duration(oldestQueuedMs) : '-';
    const cells = [queued, delayed, oldest, running, stalled, deadLetters, ended(kind, 'succeeded'), ended(kind, 'cancelled')];
    return row(kind, cells.map(String));
  });
  return [row('kind', COLUMNS), ...lines];
}

/** `speech: 1 of 2 places taken, of 1 worker (transcribe, transcribe-help)` */
function slotsLine({ lane, kinds, used, total, workers }: QueueReply['slots'][number]): string {
  const by = workers === 1 ? '1 worker' : `${workers} workers`;
  return `${safeText(lane)}: ${used} of ${total} places taken, of ${by} (${safeText(kinds.join(', '))})`;
}

function lineOf({ jobId, kind, lectureId, progress, attempts, maxAttempts, runningMs, workerId }: RunningJobReply): string {
  const percent = `${String(Math.floor(progress * 100)).padStart(3)} %`;
  const about = clip(`${kind} ${lectureId ?? ''}`, 28).padEnd(28);
  const age = duration(runningMs).padStart(9);
  return `  ${safeText(jobId)}  ${percent}  ${age}  try ${attempts} of ${maxAttempts}  ${about}  ${safeText(workerId ?? '')}`.trimEnd();
}
