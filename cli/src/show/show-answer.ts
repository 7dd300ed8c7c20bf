import type { AnswerReply, Citation } from '@scholium/contract';
import { placeMark } from '../terminal/clock-time.ts';
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
  terminal.print();
  terminal.print(`    ${terminal.style('cyan', placeOf(citation))}`);
  for (const line of wrapText(`“${citation.quote}”`, { columns: terminal.columns, first: '      ' })) terminal.print(line);
}

/** `[02:05]  125.3 s to 131.0 s`, or `[p. 3]`. */
function placeOf(citation: Citation): string {
  const { startMs, endMs } = citation;
  if (startMs === null || endMs === null) return placeMark(citation);
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return `${placeMark(citation)}  ${seconds(startMs)} s to ${seconds(endMs)} s`;
}
