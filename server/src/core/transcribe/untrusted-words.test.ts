import { describe, expect, it } from 'vitest';
import type { Word } from '../domain/transcript.ts';
import type { HeardPart } from './heard-part.ts';
import { withoutLoops, withoutUntrusted } from './untrusted-words.ts';

function said(text: string, { from = 0, confidence = 0.9 } = {}): Word[] {
  return text.split(' ').map((word, i) => ({ text: word, startMs: from + i * 300, endMs: from + i * 300 + 250, confidence }));
}

const part = (words: readonly Word[], rest: Partial<HeardPart> = {}): HeardPart => ({
  utterances: [{ startMs: 0, endMs: 60_000 }],
  words: [...words],
  language: null,
  noSpeech: null,
  ...rest,
});

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ');

describe('withoutUntrusted', () => {
  it('takes out what an engine invents where nothing is said, and tells it', () => {
    const invented = said('Thanks for watching!', { confidence: 0.2 });
    const { parts, removed } = withoutUntrusted([part(invented, { noSpeech: 0.9 })]);
    expect(parts[0]?.words).toEqual([]);
    expect(removed).toEqual([{ startMs: 0, endMs: 850, text: 'Thanks for watching!', reason: 'no-speech' }]);
  });

  it('keeps words of which the engine is sure, though it doubts that there is speech, and the other way round', () => {
    for (const heard of [
      part(said('Good morning.'), { noSpeech: 0.9 }),
      part(said('hm', { confidence: 0.1 }), { noSpeech: 0.3 }),
    ])
      expect(withoutUntrusted([heard])).toEqual({ parts: [heard], removed: [] });
  });

  it('takes out unsure words far from all speech, as one piece of text', () => {
    const utterances = [
      { startMs: 0, endMs: 1_000 },
      { startMs: 20_000, endMs: 21_000 },
    ];
    const ghost = said('you know you', { from: 9_000, confidence: 0.3 });
    const sure = said('listen', { from: 5_000, confidence: 0.95 });
    const near = said('well', { from: 1_300, confidence: 0.1 });
    const { parts, removed } = withoutUntrusted([part([...said('first'), ...near, ...sure, ...ghost], { utterances })]);
    expect(textOf(parts[0]?.words ?? [])).toBe('first well listen');
    expect(removed).toEqual([{ startMs: 9_000, endMs: 9_850, text: 'you know you', reason: 'outside-speech' }]);
  });
});

describe('withoutLoops', () => {
  const rest = 'the tide rises and falls along the coast because the moon pulls at the water of the sea';

  it('keeps a phrase once that an engine got caught in', () => {
    const loop = Array.from({ length: 12 }, () => 'I think that is').join(' ');
    const { words, loops } = withoutLoops(said(`${rest} ${loop} ${rest}`));
    expect(textOf(words)).toBe(`${rest} I think that is ${rest}`);
    expect(loops).toHaveLength(1);
    expect(loops[0]).toHaveLength(44);
  });

  it('finds a loop of one word and one that breaks off in the middle', () => {
    expect(textOf(withoutLoops(said(`so ${'yeah '.repeat(40)}okay`)).words)).toBe('so yeah okay');
    const broken = withoutLoops(said(`${'the end of the '.repeat(9)}end`));
    expect(textOf(broken.words)).toBe('the end of the end');
  });

  it('keeps what people do repeat', () => {
    for (const text of [
      'no no no no that is not it',
      'very very very very very good',
      'row row row your boat gently down the stream merrily merrily merrily merrily life is but a dream',
      'step by step by step by step we go on',
      'bye bye bye bye',
    ])
      expect(textOf(withoutLoops(said(text)).words)).toBe(text);
  });

  it('gives back what it got when there is nothing to find', () => {
    expect(withoutLoops([])).toEqual({ words: [], loops: [] });
    expect(textOf(withoutLoops(said(rest)).words)).toBe(rest);
  });
});
