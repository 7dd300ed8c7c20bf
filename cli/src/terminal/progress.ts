import type { Terminal } from './terminal.ts';
import { duration } from './clock-time.ts';
import { clip, wrapText } from './wrap-text.ts';

/** How far a piece of work is. Goes to standard error. */
export interface Progress {
  /** @param fraction 0..1; never shown falling */
  update(fraction: number, message: string): void;
  /** A line that stays, above the bar. */
  line(text: string): void;
  /** Something that is shown until the next one: the words that were heard last. */
  glimpse(text: string): void;
  /** Takes the bar away. With a summary, that line stays in its place. Safe to call again. */
  stop(summary?: string): void;
}

/** Begins to show progress: a bar on a terminal, else a line now and then without control characters. */
export async function startProgress(terminal: Terminal, label: string): Promise<Progress> {
  return terminal.interactive ? drawBar(terminal, label) : printLines(terminal, label);
}

/** Before this much is done, the time left is a guess not worth showing. */
const ESTIMATE_FROM = 0.04;

/** The time left, if work goes on as fast as it did; null while that is not known. */
export function timeLeft(startedAt: number, now: number, from: number, fraction: number): number | null {
  const done = fraction - from;
  if (done < ESTIMATE_FROM || fraction >= 1) return null;
  return ((now - startedAt) / done) * (1 - fraction);
}

async function drawBar(terminal: Terminal, label: string): Promise<Progress> {
  const { MultiBar } = (await import('cli-progress')).default;
  const bars = new MultiBar({
    format: '  {label}  {bar}  {percentage} %  {left}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    autopadding: true,
    fps: 10,
    noTTYOutput: false,
  });
  const bar = bars.create(1000, 0, { label, left: '' });
  const below = bars.create(1, 0, { text: '' }, { format: '  {text}' });
  const track = createTrack();
  let ended = false;
  let glimpsed = false;
  return {
    update(fraction, message) {
      const { shown, leftMs } = track(fraction);
      bar.update(Math.round(shown * 1000), { left: leftMs === null ? '' : `${duration(leftMs)} left` });
      if (!glimpsed) below.update(0, { text: clip(message, terminal.columns - 4) });
    },
    line: (text) => bars.log(`${text}\n`),
    glimpse(text) {
      glimpsed = true;
      below.update(0, { text: clip(text, terminal.columns - 4) });
    },
    stop(summary) {
      if (ended) return;
      ended = true;
      bars.stop();
      if (summary !== undefined) terminal.note(`  ${summary}`);
    },
  };
}

/** How often a line is printed where nobody watches: at every tenth, and when this time has passed. */
const LINE_EVERY_MS = 5000;

function printLines(terminal: Terminal, label: string): Progress {
  const track = createTrack();
  let heard = '';
  let told = { tenth: -1, at: 0, message: '' };
  return {
    update(fraction, message) {
      const { shown, leftMs } = track(fraction);
      const [tenth, at] = [Math.floor(shown * 10), performance.now()];
      if (message === told.message || (tenth === told.tenth && at - told.at < LINE_EVERY_MS)) return;
      told = { tenth, at, message };
      const left = leftMs === null ? '' : ` ${duration(leftMs)} left.`;
      for (const line of wrapText(message + left, {
        columns: terminal.columns,
        first: `  ${label}  ${String(Math.floor(shown * 100)).padStart(3)} %  `,
      }))
        terminal.note(line);
      if (heard !== '') terminal.note(`    ${clip(heard, terminal.columns - 4)}`);
      heard = '';
    },
    line: (text) => terminal.note(text),
    glimpse(text) {
      heard = text;
    },
    stop(summary) {
      if (summary !== undefined) terminal.note(`  ${summary}`);
    },
  };
}

function createTrack(): (fraction: number) => { shown: number; leftMs: number | null } {
  let first: { at: number; fraction: number } | null = null;
  let shown = 0;
  return (fraction) => {
    const now = performance.now();
    // Work that was resumed begins in the middle: the pace is measured from there.
    if (first === null) first = { at: now, fraction };
    shown = Math.max(shown, Math.min(1, fraction));
    return { shown, leftMs: timeLeft(first.at, now, first.fraction, shown) };
  };
}
