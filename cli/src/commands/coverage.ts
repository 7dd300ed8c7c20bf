import type { Coverage, CoverageReason } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { showDim } from '../show/show-transcript.ts';
import { clockTime, duration } from '../terminal/clock-time.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { safeText, wrapText } from '../terminal/wrap-text.ts';

const REASONS: Readonly<Record<CoverageReason, string>> = {
  'speech-without-words': 'speech without words',
  'words-without-speech': 'words where no speech was found',
  'low-confidence': 'words that are not sure',
  removed: 'text that was left out',
  seam: 'a seam between two chunks',
};
const LEFT_OUT = {
  'no-speech': 'nothing was said there',
  'outside-speech': 'not sure, and far from all speech',
  repetition: 'the same over and over',
} as const;
/** Each minute is shown with no more of its places than a line holds. */
const MOST_PLACES = 4;

/** `scholium coverage`: how much of the speech has words, and the minutes worth listening to again. */
export async function coverage(
  context: CommandContext,
  input: { readonly lectureId: string; readonly source?: string; readonly version?: number },
): Promise<void> {
  const client = await context.connect();
  const { lectureId, ...query } = input;
  const report = await client.call('getCoverage', { params: { lectureId }, query, signal: context.signal });
  printResult(context, report, () => showCoverage(context.terminal, report));
}

/** The report as lines; text that was left out comes from a recording and steers no terminal. */
export function showCoverage(terminal: Terminal, report: Coverage): void {
  const { speechMs, coveredMs, durationMs, words, confidence } = report;
  const share = speechMs === 0 ? '' : ` (${((100 * coveredMs) / speechMs).toFixed(1)} %)`;
  const sure = confidence === null ? '' : `, confidence ${confidence.toFixed(2)}`;
  terminal.print(
    `  Version ${report.version}: ${duration(durationMs)} of sound, ${duration(speechMs)} of speech, ${words} words${sure}.`,
  );
  terminal.print(`  ${duration(coveredMs)} of the speech${share} ${coveredMs === 60_000 ? 'has' : 'have'} words.`);
  terminal.print();
  if (report.worstMinutes.length === 0)
    terminal.print('  Nothing stands out: no minute is worth listening to again more than others.');
  else terminal.print(`  ${terminal.style('bold', 'Worth listening to again, the worst first')}`);
  for (const minute of report.worstMinutes) showMinute(terminal, report, minute);
  for (const { startMs, endMs, text, reason } of report.removed)
    showDim(terminal, `Left out at ${span({ startMs, endMs })} (${LEFT_OUT[reason]}): "${clipped(safeText(text))}"`);
}

function showMinute(terminal: Terminal, report: Coverage, { startMs, endMs, reasons }: Coverage['worstMinutes'][number]): void {
  const mark = `[${clockTime(startMs)}]`;
  const places = { 'speech-without-words': report.speechWithoutWords, 'words-without-speech': report.wordsWithoutSpeech };
  const told = reasons
    .filter((reason) => reason !== 'seam')
    .map((reason) => {
      const spans = { ...places, 'low-confidence': report.lowConfidence, removed: report.removed }[reason];
      const here = spans.filter((one) => one.startMs < endMs && one.endMs > startMs);
      const shown = here.slice(0, MOST_PLACES).map(span);
      const more = here.length > MOST_PLACES ? ` and ${here.length - MOST_PLACES} more` : '';
      return `${REASONS[reason]} (${shown.join(', ')}${more})`;
    });
  for (const line of wrapText(told.join('; '), { columns: terminal.columns, first: `  ${mark}  ` }))
    terminal.print(line.replace(mark, terminal.style('cyan', mark)));
}

function span({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): string {
  const [from, to] = [clockTime(startMs), clockTime(endMs)];
  return from === to ? from : `${from}-${to}`;
}

function clipped(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
