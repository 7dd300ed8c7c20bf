import type { Word } from '@scholium/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeardUtterance, segmentsOf } from './segments.ts';

/** Speaks a script: words of 300 ms, 40 ms apart; a number is a pause in milliseconds. One utterance a pause. */
function speak(script: string): HeardUtterance[] {
  const utterances: Word[][] = [[]];
  let now = 0;
  for (const token of script.split(/\s+/)) {
    if (/^\d+$/.test(token)) {
      now += Number(token) - 40;
      utterances.push([]);
      continue;
    }
    utterances.at(-1)?.push({ text: token, startMs: now, endMs: now + 300, confidence: 0.5 });
    now += 340;
  }
  return utterances
    .filter((words) => words.length > 0)
    .map((words) => ({ startMs: words[0]?.startMs ?? 0, endMs: words.at(-1)?.endMs ?? 0, words }));
}

const draft = (script: string) => segmentsOf(speak(script), { punctuates: false }).map((segment) => segment.text);
const written = (script: string) => segmentsOf(speak(script), { punctuates: true }).map((segment) => segment.text);

describe('segmentsOf without punctuation', () => {
  it('cuts at pauses and writes each piece as a sentence', () => {
    expect(draft('the tide is caused by the moon 850 most coasts have two high tides every day')).toEqual([
      'The tide is caused by the moon.',
      'Most coasts have two high tides every day.',
    ]);
  });

  it('finds the shorter pauses of a quick speaker', () => {
    const quick =
      'the tide rises 150 and falls 520 the moon pulls the water 160 towards it 560 the sun pulls too 510 they add up';
    expect(draft(quick)).toEqual([
      'The tide rises and falls.',
      'The moon pulls the water towards it.',
      'The sun pulls too.',
      'They add up.',
    ]);
  });

  it('finds the ends of somebody who hardly stops at all, but only there', () => {
    const steady = [260, 300, 320, 280, 310]
      .map((endMs) => `the moon pulls the water of every coast 90 towards it and so it rises twice a day ${endMs}`)
      .join(' ');
    expect(draft(steady)).toHaveLength(5);
    expect(draft(steady)[0]).toBe('The moon pulls the water of every coast towards it and so it rises twice a day.');
  });

  it('writes names as the course does, and nothing else', () => {
    const utterances = speak("as darwin's friend huxley wrote to the royal society 900 evolution is slow");
    const segments = segmentsOf(utterances, { punctuates: false, vocabulary: ['Darwin', 'evolution', 'Huxley', 'mRNA'] });
    expect(segments.map(({ text }) => text)).toEqual([
      "As Darwin's friend Huxley wrote to the royal society.",
      'Evolution is slow.',
    ]);
    const asWritten = segmentsOf(speak('mRNA is the darwin award'), { punctuates: true, vocabulary: ['Darwin'] });
    expect(asWritten[0]?.text).toBe('mRNA is the darwin award');
    expect(segmentsOf(speak('mrna is short 900 so is dna'), { punctuates: false, vocabulary: ['mRNA'] })[0]?.text).toBe(
      'mRNA is short.',
    );
  });

  it('does not end a sentence after a word that waits for more', () => {
    expect(draft('the cause of the 850 tide is the moon 900 it pulls the water up')).toEqual([
      'The cause of the tide is the moon.',
      'It pulls the water up.',
    ]);
  });

  it('joins a hesitation to the nearer neighbour and leaves a short sentence that stands alone', () => {
    expect(draft('welcome 1900 the water 510 rises 820 in every harbour of the coast')).toEqual([
      'Welcome.',
      'The water rises.',
      'In every harbour of the coast.',
    ]);
  });

  it('writes I, its short forms, weekdays, months and peoples with a capital', () => {
    expect(draft("yesterday i said i'm sure that a german scientist came on monday's ship in october")).toEqual([
      "Yesterday I said I'm sure that a German scientist came on Monday's ship in October.",
    ]);
  });

  it('ends questions with a question mark and statements that only look like one with a full stop', () => {
    expect(draft('what can a student do about this 900 so is there another way 900 what is important is the moon')).toEqual([
      'What can a student do about this?',
      'So is there another way?',
      'What is important is the moon.',
    ]);
  });

  it('splits a sentence nobody could read at its longest pause', () => {
    const long = `${'water moves '.repeat(14)} 300 ${'sand stays '.repeat(14)}`.trim();
    expect(draft(long).map((text) => text.split(' ').length)).toEqual([28, 28]);
    expect(draft('word '.repeat(400).trim()).every((text) => text.split(' ').length <= 40)).toBe(true);
  });

  it('guesses no English capitals in another language', () => {
    expect(segmentsOf(speak('i german i'), { punctuates: false, language: 'it' })[0]?.text).toBe('I german i.');
  });
});

describe('segmentsOf with punctuation', () => {
  it('cuts at the ends of sentences and leaves the text as it is', () => {
    expect(written('Tides rise. Do they fall? Yes, they do.')).toEqual(['Tides rise.', 'Do they fall?', 'Yes, they do.']);
  });

  it('does not take an abbreviation or a number for the end of a sentence', () => {
    expect(written('Dr. Smith and J. Doe measured 3.5 metres. It was high.')).toEqual([
      'Dr. Smith and J. Doe measured 3.5 metres.',
      'It was high.',
    ]);
  });

  it('cuts at a long silence without inventing punctuation', () => {
    expect(written('and so the tide 2000 Next we look at')).toEqual(['and so the tide', 'Next we look at']);
  });
});

describe('segmentsOf', () => {
  it('numbers segments, takes times from the words and averages their confidence', () => {
    const words = [
      { text: 'tides', startMs: 100, endMs: 400, confidence: 0.2 },
      { text: 'rise', startMs: 450, endMs: 800, confidence: 0.8 },
    ];
    const [segment] = segmentsOf([{ startMs: 0, endMs: 900, words }], { punctuates: false });
    expect(segment).toMatchObject({ id: 0, startMs: 100, endMs: 800, speaker: null, confidence: 0.5, text: 'Tides rise.' });
  });

  it('makes nothing of silence', () => {
    expect(segmentsOf([], { punctuates: false })).toEqual([]);
    expect(segmentsOf([{ startMs: 0, endMs: 500, words: [] }], { punctuates: true })).toEqual([]);
  });

  const word = fc.record({
    text: fc.oneof(
      fc.constantFrom('the', 'i', "i'm", 'tide', 'monday', 'what', 'is', 'Dr.', 'end.', 'mr', '3.5'),
      fc.stringMatching(/^\S{1,8}$/),
    ),
    pauseMs: fc.oneof(fc.nat(60), fc.nat(3000)),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('never loses, doubles, reorders or retimes a word, and the text is always the words', () => {
    fc.assert(
      fc.property(fc.array(fc.array(word)), fc.boolean(), (heard, punctuates) => {
        let now = 0;
        const utterances = heard.map((list) => {
          const startMs = now;
          const words = list.map(({ text, pauseMs, confidence }) => {
            const from = now + pauseMs;
            now = from + 200;
            return { text, startMs: from, endMs: now, confidence };
          });
          return { startMs, endMs: now, words };
        });
        const given = utterances.flatMap((utterance) => utterance.words);
        const segments = segmentsOf(utterances, { punctuates });
        const got = segments.flatMap((segment) => segment.words);
        const plain = (text: string) => text.toLowerCase().replace(/[.?!,;:]+$/, '');
        expect(got.map(({ text, ...rest }) => ({ ...rest, text: plain(text) }))).toEqual(
          given.map(({ text, ...rest }) => ({ ...rest, text: plain(text) })),
        );
        segments.forEach((segment, i) => {
          expect(segment.id).toBe(i);
          expect(segment.words.length).toBeGreaterThan(0);
          expect(segment.text).toBe(segment.words.map((one) => one.text).join(' '));
        });
        if (punctuates) expect(got).toEqual(given);
      }),
    );
  });
});
