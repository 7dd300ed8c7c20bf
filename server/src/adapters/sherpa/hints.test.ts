import { describe, expect, it } from 'vitest';
import { bpeVocabularyOf, hintsFor } from './hints.ts';

const PIECES = ['<unk>', '▁t', 'ide', 's', 'e', 'i', 'd', '▁ne', 'a', 'p', '<blk>'];

describe('hints', () => {
  it('are phrases that the model can spell, in their order', () => {
    expect(hintsFor(['neap tides', 'Ωmega', 'tide'], PIECES)).toEqual({
      phrases: ['neap tides', 'tide'],
      text: 'neap tides/tide',
    });
  });

  it('are none when no phrase can be spelled, or there is none', () => {
    expect(hintsFor(['xyz', ' ', '/'], PIECES)).toBeNull();
    expect(hintsFor([], PIECES)).toBeNull();
  });

  it('hold nothing that means something else to the engine', () => {
    expect(hintsFor(['neap/tides :9 #t @tide'], [...PIECES, '▁9'])?.text).toBe('neap tides 9 t tide');
  });

  it('are a hundred at most', () => {
    expect(
      hintsFor(
        Array.from({ length: 500 }, () => 'tide'),
        PIECES,
      )?.phrases,
    ).toHaveLength(100);
  });

  it('get a vocabulary in which pieces of low numbers weigh more', () => {
    expect(bpeVocabularyOf(PIECES).split('\n').slice(0, 2)).toEqual(['▁t\t-1', 'ide\t-2']);
    expect(bpeVocabularyOf(PIECES)).not.toContain('<');
  });
});
