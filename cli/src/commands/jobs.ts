import type { JobReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, safeText, wrapText } from '../terminal/wrap-text.ts';

type Status = JobReply['status'];

/** `scholium jobs list`: newest first. */
export async function listJobs(
  context: CommandContext,
  input: { status?: Status; lecture?: string; limit: number },
): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('listJobs', {
    query: { status: input.status, lectureId: input.lecture, limit: input.limit },
    signal: context.signal,
  });
  printResult(context, reply, () => {
    const { terminal } = context;
    if (reply.jobs.length === 0) terminal.print('  There are no jobs.');
    for (const job of reply.jobs) terminal.print(lineOf(terminal, job));
    if (reply.nextCursor !== null) terminal.print(terminal.style('dim', `  There are more: use --limit.`));
  });
}

/** `scholium jobs show`: one job with its history. */
export async function showJob(context: CommandContext, jobId: string): Promise<void> {
  const client = await context.connect();
  const job = await client.call('getJob', { params: { jobId }, signal: context.signal });
  printResult(context, job, () => printJob(context.terminal, job));
}

/** `scholium jobs cancel`: asks a job to stop. */
export async function cancelJob(context: CommandContext, jobId: string): Promise<void> {
  const client = await context.connect();
  const job = await client.call('cancelJob', { params: { jobId }, signal: context.signal });
  printResult(context, job, () => {
    const stopped = job.status === 'cancelled' ? 'is cancelled' : 'is being stopped';
    context.terminal.print(`  The job ${job.jobId} ${stopped}. What it finished is kept.`);
  });
}

function lineOf(terminal: Terminal, job: JobReply): string {
  const state = terminal.style(colorOf(job.status), job.status.padEnd(9));
  const percent = `${String(Math.floor(job.progress * 100)).padStart(3)} %`;
  const head = `  ${safeText(job.jobId)}  `;
  const about = clip(`${job.kind} ${job.lectureId ?? ''}`, 30).padEnd(30);
  return `${head}${state}  ${percent}  ${about}`.trimEnd();
}

function printJob(terminal: Terminal, job: JobReply): void {
  const row = (name: string, value: string | null): void => {
    if (value === null) return;
    for (const line of wrapText(value, { columns: terminal.columns, first: `  ${name.padEnd(10)}` })) terminal.print(line);
  };
  row('Job', job.jobId);
  row('Kind', job.kind);
  row('Lecture', job.lectureId);
  row('Status', `${job.status}, ${Math.floor(job.progress * 100)} %`);
  row('Message', job.message);
  row('Tries', String(job.attempts));
  row('Error', job.error && `${job.error.detail} (${job.error.code})`);
  row('Result', job.result === null ? null : JSON.stringify(job.result));
  for (const { status, at } of job.transitions) row('', `${at}  ${status}`);
}

function colorOf(status: Status): 'green' | 'red' | 'cyan' | 'yellow' | 'dim' {
  const colors = { queued: 'yellow', running: 'cyan', succeeded: 'green', failed: 'red', cancelled: 'dim' } as const;
  return colors[status];
}
