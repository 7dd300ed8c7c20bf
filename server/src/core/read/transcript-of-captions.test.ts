import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentsOfCaptions } from './transcript-of-captions.ts';

function line(startMs: number, endMs: number, text: string, speaker: string | null = null) {
  return { startMs, endMs, text, speaker };
}

describe('the transcript of captions', () => {
  it('joins lines to sentences and gives each word its share of the time', () => {
    const segments = segmentsOfCaptions([line(0, 1_000, 'Memory'), line(1_000, 2_000, 'fades. Sleep helps')]);
    expect(segments.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ['Memory fades.', 0, 1_368],
      ['Sleep helps', 1_368, 2_000],
    ]);
    expect(segments[0]?.words[0]).toEqual({ text: 'Memory', startMs: 0, endMs: 1_000, confidence: 1 });
  });

  it('never joins two speakers, or what a long pause or a long time parts', () => {
    const parted = [line(0, 500, 'one', 'Ann'), line(500, 900, 'two', 'Ben'), line(5_000, 5_500, 'three', 'Ben')];
    expect(segmentsOfCaptions(parted).map(({ text, speaker }) => [text, speaker])).toEqual([
      ['one', 'Ann'],
      ['two', 'Ben'],
      ['three', 'Ben'],
    ]);
    const endless = Array.from({ length: 30 }, (_, i) => line(i * 1_000, (i + 1) * 1_000, 'and'));
    expect(segmentsOfCaptions(endless).map(({ words }) => words.length)).toEqual([21, 9]);
  });

  it('keeps every word once, in order, with times that never go back', () => {
    const captions = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), fc.string()), { maxLength: 20 })
      .map((steps) => {
        let clock = 0;
        return steps.map(([pause, length, text]) => line((clock += pause), (clock += length), text));
      });
    fc.assert(
      fc.property(captions, (lines) => {
        const words = segmentsOfCaptions(lines).flatMap((segment) => segment.words);
        expect(words.map(({ text }) => text)).toEqual(
          lines.flatMap(({ text }) => text.split(/\s+/).filter((word) => word !== '')),
        );
        let last = 0;
        for (const { startMs, endMs } of words) {
          expect(startMs).toBeGreaterThanOrEqual(last);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          last = startMs;
        }
      }),
    );
  });
});
