import type { RetentionReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { fileSize } from '../terminal/duration.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, safeText } from '../terminal/wrap-text.ts';

type Share = RetentionReply['trashed'];

/** `scholium retention`: puts what is old into the trash and empties it of what is older still; `--dry-run` only tells. */
export async function retention(context: CommandContext, input: { dryRun: boolean }): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('applyRetention', { body: input, signal: context.signal });
  printResult(context, reply, () => {
    const { terminal } = context;
    const { rawAudioDays, transcriptDays, trashed, removed } = reply;
    terminal.print(`  Sound is kept for ${rawAudioDays} days, transcripts for ${transcriptDays}; pinned lectures for ever.`);
    const into = input.dryRun ? 'Would go into the trash, restorable for 7 days' : 'Put into the trash, restorable for 7 days';
    showShare(terminal, into, trashed);
    showShare(terminal, input.dryRun ? 'Would be removed from the trash for good' : 'Removed from the trash for good', removed);
  });
}

function showShare(terminal: Terminal, title: string, { count, sizeBytes, items }: Share): void {
  terminal.print();
  if (count === 0) return terminal.print(`  ${title}: nothing.`);
  terminal.print(`  ${title}: ${count}, ${fileSize(sizeBytes)}`);
  for (const item of items) {
    const what = (item.holding === 'audio' ? 'sound' : 'transcript').padEnd(10);
    const title = clip(safeText(item.title), 30).padEnd(30);
    terminal.print(
      `    ${what}  ${item.since.slice(0, 10)}  ${fileSize(item.sizeBytes).padStart(7)}  ${title}  ${item.lectureId}`,
    );
  }
  if (items.length < count) terminal.print(terminal.style('dim', `    ... and ${count - items.length} more.`));
}
