import { describe, expect, it } from 'vitest';
import { readParaphrases, sharedWords } from './paraphrases.ts';

describe('the paraphrases', () => {
  it('are a hundred or more, each about another paragraph', () => {
    const paraphrases = readParaphrases();
    expect(paraphrases.length).toBeGreaterThanOrEqual(100);
    expect(new Set(paraphrases.map(({ paragraph }) => paragraph)).size).toBe(paraphrases.length);
    expect(new Set(paraphrases.map(({ question }) => question)).size).toBe(paraphrases.length);
  });

  it('are held against their paragraph by stems, function words aside', () => {
    const asked = { paragraph: '0.0', question: 'Why did his rivers rise after one flood?' };
    expect(sharedWords(asked, { text: 'After one day the river rose, and his field was flooded.' })).toEqual(['river', 'flood']);
    expect(sharedWords(asked, { text: 'His day came after one other.' })).toEqual([]);
  });
});
