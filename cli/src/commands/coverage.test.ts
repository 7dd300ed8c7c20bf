import type { Coverage } from '@scholium/contract';
import { expect, it } from 'vitest';
import type { Terminal } from '../terminal/terminal.ts';
import { showCoverage } from './coverage.ts';

const report: Coverage = {
  sourceId: 'src_1',
  version: 3,
  durationMs: 600_000,
  speechMs: 400_000,
  coveredMs: 390_000,
  words: 1_000,
  confidence: 0.816,
  speechWithoutWords: [{ startMs: 125_000, endMs: 135_000 }],
  wordsWithoutSpeech: [],
  lowConfidence: Array.from({ length: 6 }, (_, i) => ({ startMs: 130_000 + 4_000 * i, endMs: 132_000 + 4_000 * i })),
  removed: [{ startMs: 10_000, endMs: 10_400, text: 'thanks \u001b[2J', reason: 'no-speech' }],
  repaired: [],
  seams: [],
  worstMinutes: [
    { startMs: 120_000, endMs: 180_000, score: 14, reasons: ['speech-without-words', 'low-confidence', 'seam'] },
    { startMs: 0, endMs: 60_000, score: 0.4, reasons: ['removed'] },
  ],
};

function shown(coverage: Coverage): string {
  const lines: string[] = [];
  const terminal: Terminal = {
    columns: 400,
    interactive: true,
    print: (line = '') => void lines.push(line),
    note: () => {},
    style: (_style, text) => text,
  };
  showCoverage(terminal, coverage);
  return lines.join('\n');
}

it('shows how much of the speech has words', () => {
  expect(shown(report)).toContain('Version 3: 10:00 of sound, 6:40 of speech, 1000 words, confidence 0.82.');
  expect(shown(report)).toContain('6:30 of the speech (97.5 %) have words.');
});

it('shows the minutes worth listening to again, the worst first, with places and reasons', () => {
  const lines = shown(report).split('\n');
  const worst = lines.find((line) => line.includes('[02:00]'));
  expect(worst).toContain('speech without words (02:05-02:15)');
  expect(worst).toContain('words that are not sure (02:10-02:12, 02:14-02:16, 02:18-02:20, 02:22-02:24 and 2 more)');
  expect(worst).not.toContain('seam');
  expect(lines.findIndex((line) => line.includes('[00:00]'))).toBeGreaterThan(lines.indexOf(worst ?? ''));
});

it('tells what was left out and why, and lets it not steer the terminal', () => {
  expect(shown(report)).toMatch(/Left out at 00:10 \(nothing was said there\): "thanks/);
  expect(shown(report)).not.toContain('\u001b');
});

it('says so when nothing stands out, and when there is no speech at all', () => {
  const silent = { ...report, speechMs: 0, coveredMs: 0, words: 0, confidence: null, removed: [], worstMinutes: [] };
  expect(shown(silent)).toContain('Nothing stands out');
  expect(shown(silent)).not.toContain('NaN');
});
