import type { DeadLetterReply } from '@scholium/contract';
import { CliError } from '../cli-error.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { confirm } from '../terminal/confirm.ts';
import { clip, safeText, wrapText } from '../terminal/wrap-text.ts';

interface Choice {
  readonly jobId: string | undefined;
  readonly all: boolean;
}

/** `scholium dead-letters list`: newest first. */
export async function listDeadLetters(context: CommandContext, input: { limit: number }): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('listDeadLetters', { query: input, signal: context.signal });
  printResult(context, reply, () => {
    const { terminal } = context;
    if (reply.deadLetters.length === 0) terminal.print('  There are no dead letters.');
    for (const letter of reply.deadLetters) terminal.print(lineOf(letter));
    if (reply.nextCursor !== null) terminal.print(terminal.style('dim', '  There are more: use --limit.'));
  });
}

/** `scholium dead-letters show`: with the cause as the worker saw it. */
export async function showDeadLetter(context: CommandContext, jobId: string): Promise<void> {
  const client = await context.connect();
  const letter = await client.call('getDeadLetter', { params: { jobId }, signal: context.signal });
  printResult(context, letter, () => {
    const { terminal } = context;
    const row = (name: string, value: string | null): void => {
      if (value === null) return;
      for (const line of wrapText(value, { columns: terminal.columns, first: `  ${name.padEnd(10)}` })) terminal.print(line);
    };
    row('Job', letter.jobId);
    row('Kind', letter.kind);
    row('Lecture', letter.lectureId);
    row('Owner', letter.ownerId);
    row('Failed', letter.deadLetteredAt);
    row('Tries', `${letter.attempts} of ${letter.maxAttempts}`);
    row('Error', letter.error && `${letter.error.detail} (${letter.error.code})`);
    for (const { status, at } of letter.transitions) row('', `${at}  ${status}`);
    if (letter.cause === null) return;
    terminal.print('  Cause');
    // A stack is kept as it is: wrapped lines could not be looked up.
    for (const line of letter.cause.split('\n')) terminal.print(`    ${safeText(line)}`);
  });
}

/** `scholium dead-letters replay`: one, or all. */
export async function replayDeadLetters(context: CommandContext, input: Choice): Promise<void> {
  const jobId = chosen(input, 'replay');
  const client = await context.connect();
  if (jobId === null) {
    const reply = await client.call('replayAllDeadLetters', { signal: context.signal });
    const skipped = reply.skipped > 0 ? ` ${reply.skipped} skipped: the same work is under way.` : '';
    printResult(context, reply, () => context.terminal.print(`  ${counted(reply.replayed)} waiting to be run again.${skipped}`));
    return;
  }
  const reply = await client.call('replayDeadLetter', { params: { jobId }, signal: context.signal });
  printResult(context, reply, () => {
    context.terminal.print(
      `  The job ${safeText(reply.jobId)} waits to be run again. See it with: scholium jobs show ${safeText(reply.jobId)}`,
    );
  });
}

/** `scholium dead-letters drop`: one, or all after a question. @throws CliError `usage` when nobody can be asked */
export async function dropDeadLetters(context: CommandContext, input: Choice & { yes: boolean }): Promise<void> {
  const jobId = chosen(input, 'drop');
  if (jobId === null && !input.yes) {
    const agreed = await confirm(context, 'Forget all dead letters for good?', 'scholium dead-letters drop --all --yes');
    if (!agreed) {
      printResult(context, { dropped: 0 }, () => context.terminal.print('  Nothing was dropped.'));
      return;
    }
  }
  const client = await context.connect();
  const { signal } = context;
  const reply =
    jobId === null
      ? await client.call('dropAllDeadLetters', { signal })
      : await client.call('dropDeadLetter', { params: { jobId }, signal });
  printResult(context, reply, () => context.terminal.print(`  ${counted(reply.dropped)} forgotten.`));
}

/** The id, or null for all. @throws CliError `usage` when it is neither or both */
function chosen({ jobId, all }: Choice, verb: string): string | null {
  if (all && jobId === undefined) return null;
  if (!all && jobId !== undefined) return jobId;
  throw new CliError('usage', 'invalid_request', `Name one job (scholium dead-letters ${verb} ID), or use --all.`);
}

function counted(count: number): string {
  return count === 1 ? '1 job is' : `${count} jobs are`;
}

function lineOf({ jobId, kind, lectureId, deadLetteredAt, attempts, error }: DeadLetterReply): string {
  const about = clip(`${kind} ${lectureId ?? ''}`, 28).padEnd(28);
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}`.padEnd(8);
  return `  ${safeText(jobId)}  ${deadLetteredAt}  ${tries}  ${about}  ${error?.code ?? ''}`.trimEnd();
}
