import { array, assert, constantFrom, integer, property, record, string, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { spokenTranscript } from '../../../testkit/api-fixture.ts';
import type { Segment } from '../domain/transcript.ts';
import { CUE_LIMITS, cuesOf } from './cues.ts';
import type { RecordingDocument } from './lecture-document.ts';
import { formatSrt, formatVtt } from './subtitles.ts';

const source = { id: 'src_1', title: 'One', fileName: 'one.mp3', mediaType: 'audio/mpeg', durationMs: null };

function recordingOf(segments: readonly Segment[], durationMs = 0): RecordingDocument {
  return {
    source,
    transcript: {
      ...spokenTranscript([]),
      lectureId: 'lec_1',
      sourceId: 'src_1',
      version: 1,
      durationMs,
      segments: [...segments],
    },
  };
}

/** Words of any length, also with markup and line breaks, at any pace. */
const anySpeech: Arbitrary<Segment[]> = array(
  record({
    words: array(
      record({
        text: constantFrom(
          'the',
          'memory,',
          'a',
          'consolidation.',
          '<img onerror=1>',
          '-->',
          '',
          'x'.repeat(130),
          '\n\n',
          '&amp;',
          '日本語',
          '😀',
        ).chain((usual) => string({ maxLength: 8 }).map((odd) => (odd.length % 3 === 0 ? usual : odd))),
        gapMs: integer({ min: 0, max: 9_000 }),
        lengthMs: integer({ min: 0, max: 9_000 }),
      }),
      { maxLength: 30 },
    ),
    fast: integer({ min: 1, max: 60 }),
    speaker: constantFrom(null, 'Ann', 'B & <b>'),
  }),
  { maxLength: 12 },
).map((segments) => {
  let now = 0;
  return segments.map(({ words, fast, speaker }, id) => {
    const placed = words.map(({ text, gapMs, lengthMs }) => {
      const startMs = now + Math.floor(gapMs / fast);
      now = startMs + Math.floor(lengthMs / fast);
      return { text, startMs, endMs: now, confidence: 1 };
    });
    const [startMs, endMs] = [placed[0]?.startMs ?? now, now];
    return { id, startMs, endMs, speaker, text: words.map((word) => word.text).join(' '), confidence: 1, words: placed };
  });
});

/** All that is shown, without white space: cues may break anywhere but lose nothing. */
function squeezed(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, '');
}

test('cues of any speech are short enough to read, in order, and lose no word', () => {
  assert(
    property(anySpeech, (segments) => {
      const cues = cuesOf(segments);
      for (const [index, cue] of cues.entries()) {
        const lengthMs = cue.endMs - cue.startMs;
        expect(lengthMs).toBeGreaterThanOrEqual(CUE_LIMITS.minMs);
        expect(lengthMs).toBeLessThanOrEqual(CUE_LIMITS.maxMs);
        expect(cue.startMs).toBeGreaterThanOrEqual(cues[index - 1]?.endMs ?? 0);
        expect([1, 2]).toContain(cue.lines.length);
        for (const line of cue.lines) {
          expect(line.trim()).not.toBe('');
          expect([...line].length).toBeLessThanOrEqual(CUE_LIMITS.lineLength);
        }
      }
      const shown = squeezed(cues.flatMap((cue) => cue.lines).join(''));
      expect(shown).toBe(squeezed(segments.flatMap((segment) => segment.words.map((word) => word.text)).join('')));
    }),
    { numRuns: 150 },
  );
});

test('SRT read back gives the cues it was written from', () => {
  assert(
    property(anySpeech, (segments) => {
      const text = formatSrt({ recordings: [recordingOf(segments)] });
      expect(text).not.toContain('\r');
      const blocks = text === '' ? [] : text.trimEnd().split('\n\n');
      const read = blocks.map((block, index) => {
        const [number, times = '', ...lines] = block.split('\n');
        expect(number).toBe(String(index + 1));
        return { ...readTimes(times, ','), lines };
      });
      expect(read).toEqual(
        cuesOf(segments).map(({ startMs, endMs, lines }) => ({
          startMs,
          endMs,
          lines: lines.map((line) => line.replaceAll('-->', '->')),
        })),
      );
    }),
    { numRuns: 100 },
  );
});

test('VTT read back gives the cues it was written from, and nothing in it is markup', () => {
  assert(
    property(anySpeech, (segments) => {
      const text = formatVtt({ recordings: [recordingOf(segments)] });
      const [head, ...blocks] = text.trimEnd().split('\n\n');
      expect(head).toBe('WEBVTT');
      const read = blocks.map((block) => {
        const [times = '', ...lines] = block.split('\n');
        const voice = /^<v ([^>]*)>/.exec(lines[0] ?? '');
        const plain = lines.join('\n').slice(voice?.[0].length ?? 0);
        expect(plain).not.toMatch(/[<>]/);
        return { ...readTimes(times, '.'), speaker: voice ? unescape(voice[1] ?? '') : null, lines: unescape(plain).split('\n') };
      });
      expect(read).toEqual(cuesOf(segments));
    }),
    { numRuns: 100 },
  );
});

test('an ordinary sentence breaks at its commas into lines of like length', () => {
  const { segments } = spokenTranscript([
    'Memory is not a single thing, but a set of systems that work together, and sleep is when they settle.',
    'It fades.',
  ]);
  const cues = cuesOf(segments);
  expect(cues.map((cue) => cue.lines)).toEqual([
    ['Memory is not a single thing,', 'but a set of systems that work together,'],
    ['and sleep is when they settle.'],
    ['It fades.'],
  ]);
  expect(cues.at(-1)).toMatchObject({ startMs: 8_600, endMs: 9_600 });
});

test('the subtitles of a second recording go on after the first', () => {
  const { segments } = spokenTranscript(['One two three.']);
  const text = formatSrt({ recordings: [recordingOf(segments, 60_000), recordingOf(segments, 60_000)] });
  expect(text).toContain('2\n00:01:00,000 --> 00:01:01,200\nOne two three.\n');
});

function readTimes(line: string, mark: string): { startMs: number; endMs: number } {
  const [startMs, endMs] = line.split(' --> ').map((time) => {
    const match = new RegExp(`^(\\d{2,}):(\\d\\d):(\\d\\d)\\${mark}(\\d{3})$`).exec(time);
    if (!match) throw new Error(`not a time: ${time}`);
    const [h = 0, m = 0, s = 0, ms = 0] = match.slice(1).map(Number);
    return ((h * 60 + m) * 60 + s) * 1000 + ms;
  });
  return { startMs: startMs ?? Number.NaN, endMs: endMs ?? Number.NaN };
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
