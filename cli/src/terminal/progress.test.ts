import { describe, expect, it } from 'vitest';
import { startProgress, timeLeft } from './progress.ts';
import type { Terminal } from './terminal.ts';

function recorder(): { terminal: Terminal; lines: string[] } {
  const lines: string[] = [];
  const terminal: Terminal = {
    columns: 80,
    interactive: false,
    print: () => expect.unreachable(),
    note: (line = '') => void lines.push(line),
    style: (_style, text) => text,
  };
  return { terminal, lines };
}

describe('progress where nobody watches', () => {
  it('prints a line at each tenth, without control characters, and never on standard output', async () => {
    const { terminal, lines } = recorder();
    const progress = await startProgress(terminal, 'Work');
    for (let percent = 0; percent <= 100; percent++) progress.update(percent / 100, `Did ${percent}.`);
    progress.stop('Work done');
    expect(lines).toHaveLength(12);
    expect(lines[3]).toMatch(/^ {2}Work {3}30 % {2}Did 30\. 0:\d\d left\.$/);
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f]/);
  });

  it('shows the last words that were heard, once', async () => {
    const { terminal, lines } = recorder();
    const progress = await startProgress(terminal, 'Work');
    progress.glimpse('first');
    progress.glimpse('second');
    progress.update(0.5, 'Half.');
    progress.update(0.8, 'More.');
    expect(lines).toEqual(['  Work   50 %  Half.', '    second', expect.stringContaining('80 %  More.')]);
  });

  it('is never shown falling', async () => {
    const { terminal, lines } = recorder();
    const progress = await startProgress(terminal, 'Work');
    progress.update(0.5, 'Half.');
    progress.update(0.2, 'Again.');
    expect(lines.join('\n')).not.toContain('20 %');
  });
});

describe('the time left', () => {
  it('follows from the pace since the start', () => {
    expect(timeLeft(0, 10_000, 0, 0.25)).toBe(30_000);
  });

  it('counts the pace from where work was resumed', () => {
    expect(timeLeft(0, 10_000, 0.5, 0.75)).toBe(10_000);
  });

  it('is not guessed from nearly nothing', () => {
    expect(timeLeft(0, 10_000, 0.5, 0.51)).toBeNull();
  });
});
