import { describe, expect, it } from 'vitest';
import { createLogParser } from './pocketsphinx-process.ts';

const log = (rows: readonly string[]): string[] => [
  'INFO: ngram_search.c: something',
  'word                 start end   pprob ascr  lscr   lback',
  ...rows,
];
const row = (word: string, start: number, end: number, probability = '0.873'): string =>
  `${word.padEnd(20)} ${start} ${end} ${probability} -1234 -56 2`;

/** What is heard after each line that ends an utterance. */
function parse(lines: readonly string[]): ReturnType<ReturnType<typeof createLogParser>>[] {
  const parser = createLogParser();
  return lines.map(parser).filter((words) => words !== null);
}

describe('createLogParser', () => {
  it('reads words with frames and certainty', () => {
    expect(
      parse([...log([row('sea', 3, 40), row('rises', 41, 90, '1.000')]), 'u0 done --------------------------------------']),
    ).toEqual([
      [
        { text: 'sea', startFrame: 3, endFrame: 40, confidence: 0.873 },
        { text: 'rises', startFrame: 41, endFrame: 90, confidence: 1 },
      ],
    ]);
  });

  it('drops silence, noise and the numbers of pronunciations', () => {
    const rows = ['<s>', '<sil>', '[NOISE]', '[SPEECH]', '++BREATH++', 'with(2)', "don't", '</s>'].map((word, i) =>
      row(word, i, i),
    );
    expect(parse([...log(rows), 'u0 done ---'])[0]?.map((word) => word.text)).toEqual(['with', "don't"]);
  });

  it('takes the last table of an utterance, and nothing from the one before', () => {
    const lines = [
      ...log([row('see', 1, 2)]),
      ...log([row('sea', 1, 2)]),
      'u0 done ---',
      'u1 done ---',
      ...log([row('tide', 1, 2)]),
      'u2 done ---',
    ];
    expect(parse(lines).map((words) => words?.map((word) => word.text))).toEqual([['sea'], [], ['tide']]);
  });

  it('is not led astray by other lines', () => {
    expect(parse(['u0 undone', 'INFO: u0 done ---', 'word 1 2', '', 'a b c d e f g', 'u0 done ---'])).toEqual([[]]);
  });
});
