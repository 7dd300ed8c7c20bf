import type { AnswerReply, Citation } from '@scholium/contract';
import { clockTime } from '../terminal/clock-time.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { showDim } from './show-transcript.ts';

/** Prints an answer with the places it rests on, each with its quote. */
export function showAnswer(terminal: Terminal, reply: AnswerReply): void {
  for (const line of wrapText(reply.answer, { columns: terminal.columns, first: '  ' })) terminal.print(line);
  if (!reply.supported) showDim(terminal, 'The lecture does not support an answer.');
  for (const citation of reply.citations) showCitation(terminal, citation);
}

function showCitation(terminal: Terminal, citation: Citation): void {
  const place = placeOf(citation);
  const lines = wrapText(`“${citation.quote}”`, { columns: terminal.columns, first: `    ${place}  ` });
  terminal.print();
  for (const line of lines) terminal.print(line.replace(place, terminal.style('cyan', place)));
}

/** `02:05 to 02:11 (125.3 s to 131.0 s)`, or `page 3`. */
function placeOf({ startMs, endMs, page }: Citation): string {
  if (startMs === null || endMs === null) return page === null ? 'source' : `page ${page}`;
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return `${clockTime(startMs)}-${clockTime(endMs)} (${seconds(startMs)}-${seconds(endMs)} s)`;
}
