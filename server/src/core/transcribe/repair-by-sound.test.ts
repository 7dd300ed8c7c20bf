import { describe, expect, it } from 'vitest';
import type { Word } from '../domain/transcript.ts';
import { repairBySound } from './repair-by-sound.ts';

const said = (text: string, confidence = 0.6): Word[] =>
  text.split(' ').map((word, i) => ({ text: word, startMs: i * 300, endMs: i * 300 + 250, confidence }));
const repaired = (text: string, terms: readonly string[], confidence?: number): string =>
  repairBySound(said(text, confidence), terms)
    .words.map((word) => word.text)
    .join(' ');

describe('repairBySound', () => {
  it('writes a term of the course where several words sound like it, and tells what was heard', () => {
    const { words, repaired: repairs } = repairBySound(said('so the hippo campus, is part'), ['hippocampus']);
    expect(words.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ['so', 0, 250],
      ['the', 300, 550],
      ['hippocampus,', 600, 1_150],
      ['is', 1_200, 1_450],
      ['part', 1_500, 1_750],
    ]);
    expect(repairs).toEqual([{ startMs: 600, endMs: 1_150, heard: 'hippo campus,', written: 'hippocampus,' }]);
  });

  it('keeps capitals at the start of a sentence and the spelling of names', () => {
    expect(repaired('Hippo campus grows', ['hippocampus'])).toBe('Hippocampus grows');
    expect(repaired('as kahnemann said', ['Kahneman'])).toBe('as Kahneman said');
  });

  it.each([
    ['of which the engine is sure', 'the hippo campus is', ['hippocampus'], 0.95],
    ['that are short', 'a tied rises', ['tide'], 0.5],
    ['that sound alike and share few letters', 'the physics', ['fizzing'], 0.5],
    ['that are terms themselves', 'the neuron and neurons', ['neuron', 'neurons'], 0.5],
    ['with a sign between them', 'a hippo. Campus life', ['hippocampus'], 0.5],
    ['when there are no terms', 'the hippo campus', [], 0.5],
  ])('leaves words alone %s', (_why, text, terms, confidence) => {
    expect(repaired(text, terms, confidence)).toBe(text);
  });
});
