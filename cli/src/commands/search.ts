import type { SearchReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { showDim } from '../show/show-transcript.ts';
import { placeMark } from '../terminal/clock-time.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { safeText, wrapText } from '../terminal/wrap-text.ts';

type Result = SearchReply['results'][number];

/** Two characters of private use stand around words that matched until the lines are broken. */
const [OPEN, CLOSE] = ['\ue000', '\ue001'];

/** `scholium search`: prints what was found, best first. */
export async function search(
  context: CommandContext,
  input: { query: string; lecture?: string; course?: string; speaker?: string; limit: number },
): Promise<void> {
  const client = await context.connect();
  const query = { q: input.query, limit: input.limit, lectureId: input.lecture, courseId: input.course, speaker: input.speaker };
  const reply = await client.call('search', { query, signal: context.signal });
  printResult(context, reply, () => showFound(context.terminal, reply));
}

/** Prints each result's snippet with its place, the words that matched in bold. */
export function showFound(terminal: Terminal, reply: SearchReply): void {
  if (reply.results.length === 0) terminal.print('  Nothing was found. Try other words.');
  let lectureId: string | null = null;
  for (const result of reply.results) {
    if (result.lectureId !== lectureId) terminal.print(terminal.style('bold', safeText(result.lectureId)));
    lectureId = result.lectureId;
    showResult(terminal, result);
  }
  if (reply.degraded)
    showDim(terminal, 'Only words were compared, not meanings: the text is still being indexed, or the index is busy.');
}

function showResult(terminal: Terminal, result: Result): void {
  const mark = placeMark(result);
  for (const line of wrapText(markedSnippet(result), { columns: terminal.columns, first: `  ${mark}  ` })) {
    const dressed = line.replaceAll(new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g'), (_, word: string) =>
      terminal.style('bold', word),
    );
    terminal.print(dressed.replace(mark, terminal.style('cyan', mark)));
  }
  if (result.alsoAt.length === 0) return;
  const places = result.alsoAt.map((place) => `${safeText(place.lectureId)} ${placeMark(place)}`);
  const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
  showDim(terminal, `${' '.repeat(mark.length)}  also at ${places.slice(0, 3).join(', ')}${more}`);
}

function markedSnippet({ text, snippet, highlights }: Result): string {
  const plain = (start: number, end: number): string => text.slice(start, end).replaceAll(/[\ue000\ue001]/g, ' ');
  let marked = snippet.start > 0 ? '… ' : '';
  let at = snippet.start;
  for (const { start, end } of highlights) {
    if (start < at || end > snippet.end) continue;
    marked += `${plain(at, start)}${OPEN}${plain(start, end)}${CLOSE}`;
    at = end;
  }
  return marked + plain(at, snippet.end) + (snippet.end < text.length ? ' …' : '');
}
