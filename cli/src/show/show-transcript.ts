import type { Transcript } from '@scholium/contract';
import { placeMark } from '../terminal/clock-time.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { draftNotice } from './draft-quality.ts';

/** Prints what was said, each piece with its time. */
export function showTranscript(terminal: Terminal, transcript: Transcript): void {
  const notice = draftNotice(transcript);
  if (notice !== null) {
    showDim(terminal, notice);
    terminal.print();
  }
  if (transcript.segments.length === 0) terminal.print('  No speech was found in the recording.');
  for (const { startMs, text } of transcript.segments) showAt(terminal, { startMs, page: null }, text);
}

/** Prints a line of text with the place it comes from. */
export function showAt(terminal: Terminal, place: { startMs: number | null; page: number | null }, text: string): void {
  const mark = placeMark(place);
  for (const line of wrapText(text, { columns: terminal.columns, first: `  ${mark}  ` }))
    terminal.print(line.replace(mark, terminal.style('cyan', mark)));
}

/** Prints a remark below or above what it is about. */
export function showDim(terminal: Terminal, text: string): void {
  for (const line of wrapText(text, { columns: terminal.columns, first: '  ' })) terminal.print(terminal.style('dim', line));
}

/** Prints the head of a part of the output. */
export function showHeading(terminal: Terminal, title: string): void {
  terminal.print();
  terminal.print(terminal.style('bold', title));
  terminal.print(terminal.style('dim', '─'.repeat(Math.min(terminal.columns, 80))));
}
