import { describe, expect, it } from 'vitest';
import { readResult, type HeardText } from '../sherpa/heard-text.ts';
import { UNTOLD_CONFIDENCE, wordsHeard, type Piece } from './heard-words.ts';

const PIECE: Piece = { startMs: 10_000, endMs: 14_000, speech: [{ startMs: 10_000, endMs: 14_000 }] };

/** The engine's answer with some of its fields. */
function heard(fields: Record<string, unknown>): HeardText {
  return readResult(JSON.stringify({ text: '', tokens: [], timestamps: [], durations: [], ys_log_probs: [], ...fields }));
}

const shown = (text: HeardText, piece = PIECE, language: string | null = null): [string, number, number][] =>
  wordsHeard(text, piece, language).map((word) => [word.text, word.startMs, word.endMs]);

describe('words of what was heard', () => {
  it('are put together of tokens, from the first one to the end of the last', () => {
    const text = heard({
      text: 'Tides rise.',
      tokens: [' T', 'ides', ' rise', '.'],
      timestamps: [0.5, 0.7, 1.2, 1.6],
      durations: [0.2, 0.2, 0.4, 0.1],
    });
    expect(shown(text)).toEqual([
      ['Tides', 10_500, 10_900],
      ['rise.', 11_200, 11_700],
    ]);
  });

  it('end where the next token begins, or soon, when no lengths are told', () => {
    const text = heard({ text: 'a b c', tokens: [' a', ' b', ' c'], timestamps: [0, 0.3, 3.9] });
    expect(shown(text)).toEqual([
      ['a', 10_000, 10_300],
      ['b', 10_300, 10_900],
      ['c', 13_900, 14_000],
    ]);
  });

  it('have the mean certainty of their tokens, or a fixed one', () => {
    const sure = heard({
      text: 'ab c',
      tokens: [' a', 'b', ' c'],
      timestamps: [0, 0.1, 0.2],
      ys_log_probs: [0, Math.log(0.25), 0],
    });
    expect(wordsHeard(sure, PIECE, null).map(({ confidence }) => confidence)).toEqual([0.5, 1]);
    expect(wordsHeard(heard({ text: 'a' }), PIECE, null)[0]?.confidence).toBe(UNTOLD_CONFIDENCE);
  });

  it('keep their places when the text was written otherwise than the tokens', () => {
    const text = heard({
      text: 'It has 20 sides',
      tokens: [' it', ' has', ' twenty', ' sides'],
      timestamps: [0, 0.5, 1, 2],
      durations: [0.4, 0.4, 0.8, 0.5],
    });
    expect(shown(text)).toEqual([
      ['It', 10_000, 10_400],
      ['has', 10_500, 10_900],
      ['20', 10_900, 12_000],
      ['sides', 12_000, 12_500],
    ]);
  });

  it('are taken apart where a script has no spaces, with times of their own', () => {
    const tokens = ['海', '水', '上', '升', '。'];
    const text = heard({ text: tokens.join(''), tokens, timestamps: [0, 0.2, 0.4, 0.6, 0.8] });
    expect(shown(text, PIECE, 'zh')).toEqual([
      ['海水', 10_000, 10_400],
      ['上升。', 10_400, 11_400],
    ]);
  });

  it('lie within their segments when only those have times, by letters', () => {
    const text = heard({
      text: 'one two. three',
      segment_texts: [' one two.', ' three'],
      segment_timestamps: [1, 3],
      segment_durations: [0.9, 0.5],
    });
    expect(shown(text)).toEqual([
      ['one', 11_000, 11_400],
      ['two.', 11_400, 11_900],
      ['three', 13_000, 13_500],
    ]);
  });

  it('lie in the speech of a segment, not in its pauses', () => {
    const text = heard({ text: 'one two', segment_texts: [' one two'], segment_timestamps: [0], segment_durations: [4] });
    const speech = [
      { startMs: 10_000, endMs: 10_500 },
      { startMs: 13_000, endMs: 13_500 },
    ];
    expect(shown(text, { ...PIECE, speech })).toEqual([
      ['one', 10_000, 10_500],
      ['two', 13_000, 13_500],
    ]);
  });

  it('lie anywhere in the speech when segments leave out a part of the text', () => {
    const text = heard({ text: 'one two', segment_texts: [' two'], segment_timestamps: [3], segment_durations: [1] });
    expect(shown(text)).toEqual([
      ['one', 10_000, 12_000],
      ['two', 12_000, 14_000],
    ]);
  });

  it('never leave their piece, and never go back', () => {
    const text = heard({ text: 'a b c', tokens: [' a', ' b', ' c'], timestamps: [2, 1, 99], durations: [0.5, 0.5, 0.5] });
    const words = wordsHeard(text, PIECE, null);
    expect(words.map(({ startMs }) => startMs)).toEqual([12_000, 12_000, 14_000]);
    for (const { startMs, endMs } of words) expect(endMs).toBeGreaterThanOrEqual(startMs);
    expect(words.at(-1)?.endMs).toBe(14_000);
  });

  it('are none where nothing was heard', () => {
    expect(shown(heard({}))).toEqual([]);
    expect(shown(heard({ text: ' \n ' }))).toEqual([]);
  });
});

describe('the answer of the engine', () => {
  it('is read although texts in it hold raw control characters and half characters', () => {
    const json = '{"lang": "", "text": "a\nb \uFFFD\uFFFD", "timestamps": [0, 1], "durations": [], "tokens":["a\n", "b"]}';
    expect(readResult(json)).toMatchObject({ text: 'a b', tokens: [{ text: 'a' }, { text: 'b', startMs: 1_000 }] });
  });

  it.each([
    ['<|en|>', 'en'],
    ['de', 'de'],
    ['yue', 'yue'],
    ['jw', 'jv'],
    ['<|nospeech|>', null],
    ['', null],
  ])('tells of "%s" that %s is spoken', (lang, language) => {
    expect(heard({ text: 'x', lang }).language).toBe(language);
  });

  it('has no times when there are not as many as tokens', () => {
    expect(heard({ text: 'a b', tokens: [' a', ' b'], timestamps: [0] }).tokens).toEqual([]);
  });
});
