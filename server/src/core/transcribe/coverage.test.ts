import { describe, expect, it } from 'vitest';
import { aTranscript } from '../../../testkit/builders.ts';
import type { TranscriptFindings, Word } from '../domain/transcript.ts';
import { coverageOf } from './coverage.ts';

const NOTHING: TranscriptFindings = { speech: [], seams: [], removed: [], repaired: [] };

function heard(words: readonly Word[], findings: Partial<TranscriptFindings> = {}) {
  const segments = [{ id: 0, startMs: 0, endMs: 0, speaker: null, text: '', confidence: 1, words: [...words] }];
  return coverageOf({ ...aTranscript({ segments, durationMs: 300_000 }), version: 3 }, { ...NOTHING, ...findings });
}

/** A word every half second in the span. */
function words(fromMs: number, toMs: number, confidence = 0.9): Word[] {
  return Array.from({ length: (toMs - fromMs) / 500 }, (_, i) => ({
    text: `w${i}`,
    startMs: fromMs + i * 500,
    endMs: fromMs + i * 500 + 400,
    confidence,
  }));
}

describe('coverageOf', () => {
  it('finds nothing in a transcript without speech, nor in one that has it all', () => {
    expect(heard([])).toMatchObject({ speechMs: 0, coveredMs: 0, words: 0, confidence: null, worstMinutes: [] });
    const whole = heard(words(0, 60_000), { speech: [{ startMs: 0, endMs: 60_000 }] });
    expect(whole).toMatchObject({ version: 3, speechMs: 60_000, coveredMs: 60_000, words: 120, worstMinutes: [] });
    expect(whole.confidence).toBeCloseTo(0.9);
  });

  it('tells speech without words from pauses between them', () => {
    const found = heard([...words(0, 10_000), ...words(11_000, 20_000), ...words(50_000, 60_000)], {
      speech: [
        { startMs: 0, endMs: 30_000 },
        { startMs: 50_000, endMs: 60_000 },
      ],
    });
    expect(found.speechWithoutWords).toEqual([{ startMs: 20_200, endMs: 30_000 }]);
    expect(found.coveredMs).toBe(40_000 - 9_800);
  });

  it('tells words where no speech was found, and stretches of which the engine is unsure', () => {
    const found = heard([...words(0, 10_000), ...words(100_000, 106_000, 0.2)], { speech: [{ startMs: 0, endMs: 10_000 }] });
    expect(found.wordsWithoutSpeech[0]).toMatchObject({ startMs: 100_000 });
    expect(found.wordsWithoutSpeech.at(-1)?.endMs).toBe(105_900);
    expect(found.lowConfidence).toEqual([{ startMs: 100_000, endMs: 105_900 }]);
  });

  it('names the minutes with most to look at first, with the reasons, and none for a seam alone', () => {
    const removed = [{ startMs: 185_000, endMs: 190_000, text: 'Thank you.', reason: 'no-speech' as const }];
    const found = heard([...words(0, 60_000), ...words(120_000, 150_000)], {
      speech: [
        { startMs: 0, endMs: 60_000 },
        { startMs: 100_000, endMs: 150_000 },
      ],
      seams: [30_000],
      removed,
    });
    expect(found.worstMinutes).toEqual([
      { startMs: 60_000, endMs: 120_000, score: 19.7, reasons: ['speech-without-words'] },
      { startMs: 180_000, endMs: 240_000, score: 5, reasons: ['removed'] },
    ]);
    expect(found).toMatchObject({ removed, seams: [30_000] });
  });

  it('looks through three hours in a moment', () => {
    const speech = Array.from({ length: 4_000 }, (_, i) => ({ startMs: i * 2_500, endMs: i * 2_500 + 2_000 }));
    expect(heard(words(0, 10_000_000).slice(0, 30_000), { speech }).words).toBe(20_000);
  });
});
