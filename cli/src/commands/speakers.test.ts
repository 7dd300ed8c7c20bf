import { expect, it } from 'vitest';
import type { Terminal } from '../terminal/terminal.ts';
import { showSpeakers } from './speakers.ts';

function shown(...speakers: Parameters<typeof showSpeakers>[1]['speakers']): string[] {
  const lines: string[] = [];
  const terminal: Terminal = {
    columns: 80,
    interactive: true,
    print: (line = '') => void lines.push(line),
    note: () => {},
    style: (_style, text) => text,
  };
  showSpeakers(terminal, { sourceId: 's', version: 1, speakers });
  return lines;
}

const found = { label: 'S1', name: null, byVoice: false, colour: 0, engine: 'mfcc', approximate: true, speechMs: 1, words: 1 };

it('shows everybody with how much they say, and what is only roughly right', () => {
  const ada = { ...found, label: 'S2', name: 'Ada', byVoice: true, approximate: false, words: 1200 };
  expect(shown(found, ada)).toEqual(['  S1    1 word         approximate', '  S2    1200 words    Ada (by voice)']);
  expect(shown()[0]).toMatch(/Nobody/);
});

it('lets no name steer the terminal', () => {
  expect(shown({ ...found, name: 'a\u001b[2Jb' }).join('')).not.toContain('\u001b');
});
