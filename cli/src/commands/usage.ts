import type { UsageReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, safeText } from '../terminal/wrap-text.ts';

/** `scholium usage`: tokens and cost by day, model and purpose. */
export async function showUsage(context: CommandContext, input: { days: number }): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('getUsage', { query: input, signal: context.signal });
  printResult(context, reply, () => printUsage(context.terminal, reply));
}

/** Exported for its test. */
export function printUsage(terminal: Terminal, { from, to, total, usage }: UsageReply): void {
  if (usage.length === 0) return terminal.print(`  No language model was used from ${from} to ${to}.`);
  for (const row of usage)
    terminal.print(
      `  ${row.day}  ${row.purpose.padEnd(6)}  ${clip(safeText(`${row.engine} ${row.model}`), 36).padEnd(36)}${cells(row)}`,
    );
  terminal.print();
  terminal.print(`  ${'together'.padEnd(56)}${cells(total)}`);
  if (total.unpricedCalls > 0)
    terminal.print(terminal.style('dim', `  Of ${total.unpricedCalls} of ${total.calls} calls the price is not known.`));
}

/** `scholium stats`: what is there, what was asked, and what the server does. */
export async function showStats(context: CommandContext): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('getStats', { signal: context.signal });
  printResult(context, reply, () => {
    const { yours, process } = reply;
    const { terminal } = context;
    terminal.print(`  Lectures: ${yours.lectures}, with ${yours.recordings} recordings and ${yours.documents} documents.`);
    terminal.print(`  Questions: ${yours.questions}, ${yours.cacheHits} of them answered from the cache.`);
    terminal.print(
      `  The server has answered ${process.apiCalls} requests since ${process.startedAt}; open sockets: ${process.openSockets}.`,
    );
  });
}

function cells({ calls, inputTokens, outputTokens, costUsd }: UsageReply['total']): string {
  const cost = costUsd === null ? 'unknown' : `$${costUsd.toFixed(4)}`;
  return `${String(calls).padStart(6)} calls${String(inputTokens).padStart(11)} in${String(outputTokens).padStart(10)} out${cost.padStart(12)}`;
}
