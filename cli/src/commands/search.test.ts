import { expect, it } from 'vitest';
import type { Terminal } from '../terminal/terminal.ts';
import { showFound } from './search.ts';

const result = {
  lectureId: 'lec_1',
  sourceId: 'src_1',
  kind: 'recording' as const,
  startMs: 12_000,
  endMs: 20_000,
  page: null,
  score: 1,
  text: 'First of all. The tides rise twice a day. \u001b[31mThat is all.',
  highlights: [
    { start: 18, end: 23 },
    { start: 24, end: 28 },
  ],
  snippet: { start: 14, end: 41 },
  alsoAt: [],
};

function shown(reply: Parameters<typeof showFound>[1]): string {
  const lines: string[] = [];
  const terminal: Terminal = {
    columns: 60,
    interactive: true,
    print: (line = '') => void lines.push(line),
    note: () => {},
    style: (style, text) => `<${style}>${text}</${style}>`,
  };
  showFound(terminal, reply);
  return lines.join('\n');
}

it('shows the snippet of each result with the words that matched', () => {
  const text = shown({ results: [result], degraded: false });
  expect(text).toContain('… The <bold>tides</bold> <bold>rise</bold> twice a day. …');
  expect(text).toContain('<bold>lec_1</bold>');
});

it('says where else nearly the same was said', () => {
  const place = { lectureId: 'lec_2', sourceId: 's', kind: 'recording' as const, startMs: 65_000, endMs: 70_000, page: null };
  const text = shown({ results: [{ ...result, alsoAt: [place, place, place, place, place] }], degraded: false });
  expect(text).toMatch(/also at lec_2 \S*1:05/);
  expect(text).toMatch(/and 2.*\n.*more/);
});

it('lets nothing in the text steer the terminal, nor pretend to be a match', () => {
  const text = shown({
    results: [{ ...result, text: 'a \u001b[2J\ue000b\ue001', highlights: [], snippet: { start: 0, end: 10 } }],
    degraded: false,
  });
  for (const character of ['\u001b', '\ue000', '\ue001']) expect(text).not.toContain(character);
  expect(text).not.toContain('<bold>b</bold>');
});

it('says that nothing was found, and that only words were compared', () => {
  expect(shown({ results: [], degraded: true })).toMatch(/Nothing was found[\s\S]*Only words were compared/);
});
