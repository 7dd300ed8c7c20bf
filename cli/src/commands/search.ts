import type { SearchReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { showAt, showDim } from '../show/show-transcript.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { safeText } from '../terminal/wrap-text.ts';

/** `scholium search`: prints what was found, best first. */
export async function search(
  context: CommandContext,
  input: { query: string; lecture?: string; course?: string; limit: number },
): Promise<void> {
  const client = await context.connect();
  const query = { q: input.query, limit: input.limit, lectureId: input.lecture, courseId: input.course };
  const reply = await client.call('search', { query, signal: context.signal });
  printResult(context, reply, () => showFound(context.terminal, reply));
}

function showFound(terminal: Terminal, reply: SearchReply): void {
  if (reply.results.length === 0) terminal.print('  Nothing was found. Try other words.');
  let lectureId: string | null = null;
  for (const result of reply.results) {
    if (result.lectureId !== lectureId) terminal.print(terminal.style('bold', safeText(result.lectureId)));
    lectureId = result.lectureId;
    showAt(terminal, result, result.text);
  }
  if (reply.degraded)
    showDim(terminal, 'Only words were compared, not meanings: the text is still being indexed, or the index is busy.');
}
