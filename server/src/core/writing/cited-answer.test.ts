import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDocument } from '../../../testkit/builders.ts';
import { documentSentences } from '../domain/document-sentences.ts';
import { CitedAnswer } from './cited-answer.ts';
import { NumberedSentences } from './numbered-sentences.ts';

// S1 How memory works, S2 Memory fades., S3 Sleep helps it to stay.
const given = new NumberedSentences(documentSentences({ ...aDocument(), version: 1 }));

function read(text: string, size = text.length): { shown: string; answer: CitedAnswer } {
  const answer = new CitedAnswer(given);
  let shown = '';
  for (let at = 0; at < text.length; at += Math.max(1, size)) shown += answer.add(text.slice(at, at + Math.max(1, size)));
  return { shown: shown + answer.end(), answer };
}

describe('an answer with marks', () => {
  it('gets numbers for marks that are true, and citations in that order', () => {
    const { answer } = read('It fades [S2 "Memory fades"]. Sleep helps [S3: “helps it to stay”][S2]. More [S2, S3].');
    expect(answer.text).toBe('It fades [1]. Sleep helps [2][1]. More [1][2].');
    expect(answer.citations.map(({ quote }) => quote)).toEqual(['Memory fades.', 'Sleep helps it to stay.']);
    expect(answer.unsupported).toEqual([]);
  });

  it('loses marks of sentences that were never given and of words that do not stand there, and tells the claim', () => {
    const { answer } = read('It fades [S2 "Memory fades"]. Cats sleep much [S9 "cats"]. Dogs bark [S3 "dogs bark at night"].');
    expect(answer.text).toBe('It fades [1]. Cats sleep much. Dogs bark.');
    expect(answer.unsupported).toEqual(['Cats sleep much', 'Dogs bark']);
  });

  it('keeps brackets that are no marks', () => {
    expect(read('An array [1, 2] and [this] and [open').answer.text).toBe('An array [1, 2] and [this] and [open');
    expect(read(`[${'x'.repeat(1_000)}`).shown).toHaveLength(1_001);
  });

  it('cites the sentence beside when the words stand there', () => {
    expect(read('x [S2 "helps it to stay"]').answer.citations.map(({ quote }) => quote)).toEqual(['Sleep helps it to stay.']);
  });

  it('reads the same however it arrives', () => {
    const text = 'It fades [S2 "Memory fades"]. No [S9]. Array [1]. Sleep [S3].';
    const whole = read(text);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (size) => {
        const { shown, answer } = read(text, size);
        expect([shown, answer.citations, answer.unsupported]).toEqual([
          whole.shown,
          whole.answer.citations,
          whole.answer.unsupported,
        ]);
      }),
    );
  });
});
