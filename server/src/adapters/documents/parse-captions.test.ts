import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCaptions, type CaptionCue } from './parse-captions.ts';

const texts = (source: string): string[] => parseCaptions(source).map(({ text }) => text);

describe('captions', () => {
  it('are read from SRT with numbers, commas, carriage returns and a byte order mark', () => {
    const source =
      '\uFEFF1\r\n00:00:01,000 --> 00:00:02,500\r\nThe tides\r\nrise.\r\n\r\n2\r\n00:01:00,050 --> 00:01:01,000\r\nAnd fall.\r\n';
    expect(parseCaptions(source)).toEqual([
      { startMs: 1_000, endMs: 2_500, speaker: null, text: 'The tides rise.' },
      { startMs: 60_050, endMs: 61_000, speaker: null, text: 'And fall.' },
    ]);
  });

  it('are read from WebVTT without notes, styles, regions, identifiers and settings', () => {
    const source =
      'WEBVTT - Tides\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\nnot said\n\nintro\n00:01.000 --> 00:02.000 align:start position:10%\nRise\n\n100:00:00.000 --> 100:00:01.000\nLate';
    expect(parseCaptions(source)).toEqual([
      { startMs: 1_000, endMs: 2_000, speaker: null, text: 'Rise' },
      { startMs: 360_000_000, endMs: 360_001_000, speaker: null, text: 'Late' },
    ]);
  });

  it('say who speaks, by tag or by the habits of captioners', () => {
    const cue = (text: string): Partial<CaptionCue> | undefined =>
      parseCaptions(`WEBVTT\n\n00:01.000 --> 00:02.000\n${text}\n`)[0];
    expect(cue('<v.loud Ada Lovelace>Hello <i>there</i></v>')).toMatchObject({ speaker: 'Ada Lovelace', text: 'Hello there' });
    expect(cue('>> Ada: Hello')).toMatchObject({ speaker: 'Ada', text: 'Hello' });
    expect(cue('ADA LOVELACE: Hello')).toMatchObject({ speaker: 'ADA LOVELACE', text: 'Hello' });
    expect(cue('Remember: tides turn')).toMatchObject({ speaker: null, text: 'Remember: tides turn' });
  });

  it('lose tags, times within and character references, whole or broken', () => {
    const source = (text: string): string => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text}\n`;
    expect(texts(source('<c.red>a</c> <00:01.500>b &amp; c &lt;d&gt; {\\an8}e'))).toEqual(['a b & c <d> e']);
    expect(texts(source('<c.first That is <i>so</i'))).toEqual(['That is so']);
    expect(texts(source('<img src=x onerror=alert(1)>Said'))).toEqual(['Said']);
    expect(texts(source('2 < 3 and 4 > 3'))).toEqual(['2 < 3 and 4 > 3']);
  });

  it('are put in order, and the next one ends the one before', () => {
    const source =
      'WEBVTT\n\n00:05.000 --> 00:09.000\nSecond\n\n00:01.000 --> 00:06.000\nFirst\n\n00:03.000 --> 00:02.000\nBroken\n';
    expect(parseCaptions(source).map(({ startMs, endMs, text }) => [startMs, endMs, text])).toEqual([
      [1_000, 5_000, 'First'],
      [5_000, 9_000, 'Second'],
    ]);
  });

  it('say once what rolls over the screen twice', () => {
    const source = ['the moon pulls at', 'the moon pulls at the water of', 'the water of the sea']
      .map((text, index) => `00:0${index}.000 --> 00:0${index + 1}.000\n${text}\n`)
      .join('\n');
    expect(texts(`WEBVTT\n\n${source}`).join(' ')).toBe('the moon pulls at the water of the sea');
  });

  it('come out sound whatever goes in', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('', 'WEBVTT', 'NOTE', '<v A>', '</v>', '&#0;', '&#x10ffff;', '1', '<', '-->', '\uFEFF'),
      fc.tuple(fc.nat(99_999_999), fc.nat(99_999_999)).map(([a, b]) => `${clock(a)} --> ${clock(b)}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
        let last = -1;
        for (const { startMs, endMs, text, speaker } of parseCaptions(lines.join(end))) {
          expect(Number.isInteger(startMs) && Number.isInteger(endMs)).toBe(true);
          expect(startMs).toBeGreaterThanOrEqual(last);
          expect(endMs).toBeGreaterThan(startMs);
          for (const value of [text, speaker ?? 'x']) expect(value).toBe(value.normalize('NFC').trim());
          expect(text).toMatch(/\S/);
          expect(text.isWellFormed()).toBe(true);
          last = endMs;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keep every cue that is well-formed and apart from the others', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 90_000 })), { maxLength: 30 });
    fc.assert(
      fc.property(gaps, (spans) => {
        let at = 0;
        const cues = spans.map(([pause, length], index) => {
          const startMs = at + pause;
          at = startMs + length;
          return { startMs, endMs: at, speaker: null, text: `cue number ${index}` };
        });
        const source = cues
          .map(({ startMs, endMs, text }, index) => `${index}\n${clock(startMs)} --> ${clock(endMs)}\n${text}\n`)
          .join('\n');
        expect(parseCaptions(source)).toEqual(cues);
      }),
    );
  });
});

function clock(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${String(ms % 1_000).padStart(3, '0')}`;
}
