import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { revise, reviseWords, type TextPatch } from '../domain/revision.ts';
import { patchesOfEdits, type WordEdit } from './patches-of-edits.ts';

const base = makeTranscript(['The tied rises and falls.', 'It follows the moon.', 'So do we.']).segments;
const shown = (patches: readonly TextPatch[]): string =>
  reviseWords(base, patches)
    .map(({ text }) => text)
    .join(' ');
const edited = (...rounds: readonly (readonly WordEdit[])[]): readonly TextPatch[] =>
  rounds.reduce<readonly TextPatch[]>((patches, edits) => patchesOfEdits(base, patches, edits), []);

describe('patchesOfEdits', () => {
  it('puts other words in place of those named', () => {
    const patches = edited([{ firstWord: 1, lastWord: 1, text: 'tide' }]);
    expect(patches).toEqual([{ firstWord: 1, lastWord: 1, text: 'tide', conflict: null }]);
    expect(shown(patches)).toBe('The tide rises and falls. It follows the moon. So do we.');
  });

  it('counts words as they are shown, after earlier edits that put in and left out some', () => {
    const patches = edited(
      [{ firstWord: 1, lastWord: 1, text: 'ocean tide' }],
      [{ firstWord: 4, lastWord: 5, text: '' }],
      [{ firstWord: 3, lastWord: 3, text: 'slowly rises.' }],
      [{ firstWord: 5, lastWord: 4, text: 'Yes:' }],
    );
    expect(shown(patches)).toBe('The ocean tide slowly rises. Yes: It follows the moon. So do we.');
  });

  it('leaves no patch where the old words are back', () => {
    expect(edited([{ firstWord: 1, lastWord: 2, text: 'x' }], [{ firstWord: 1, lastWord: 1, text: 'tied rises' }])).toEqual([]);
    expect(edited([{ firstWord: 0, lastWord: -1, text: 'Well,' }], [{ firstWord: 0, lastWord: 0, text: '' }])).toEqual([]);
  });

  it('refuses words that are not there, and two edits of one word', () => {
    for (const edits of [
      [{ firstWord: 12, lastWord: 12, text: 'x' }],
      [{ firstWord: 3, lastWord: 1, text: 'x' }],
      [{ firstWord: -1, lastWord: 0, text: 'x' }],
      [
        { firstWord: 1, lastWord: 3, text: 'x' },
        { firstWord: 3, lastWord: 4, text: 'y' },
      ],
    ])
      expect(() => patchesOfEdits(base, [], edits)).toThrow(RangeError);
  });

  it('shows what a plain text would show after the same edits, whatever they are', () => {
    const edit = fc.record({
      at: fc.nat(),
      length: fc.integer({ min: 0, max: 3 }),
      text: fc.constantFrom('', 'a', 'b c', ' d  e f '),
    });
    fc.assert(
      fc.property(fc.array(fc.array(edit, { maxLength: 3 }), { maxLength: 6 }), (rounds) => {
        let patches: readonly TextPatch[] = [];
        let plain = shown([]).split(' ');
        for (const round of rounds) {
          const edits: WordEdit[] = [];
          let end = plain.length;
          for (const { at, length, text } of round) {
            if (end < 0) break;
            const firstWord = at % (end + 1);
            const lastWord = Math.min(firstWord + length, end) - 1;
            edits.push({ firstWord, lastWord, text });
            // One place to put something in is not named twice.
            end = firstWord - 1;
          }
          patches = patchesOfEdits(base, patches, edits);
          for (const { firstWord, lastWord, text } of edits)
            plain = [...plain.slice(0, firstWord), ...text.split(/\s+/).filter(Boolean), ...plain.slice(lastWord + 1)];
          expect(shown(patches)).toBe(plain.join(' '));
          let last = -1;
          for (const patch of patches) {
            expect(patch.firstWord).toBeGreaterThan(last);
            last = patch.lastWord;
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('revise', () => {
  it('keeps the times of the words, gives new ones their share, and is sure of what a person wrote', () => {
    const [first] = revise(base, {
      texts: [...edited([{ firstWord: 1, lastWord: 2, text: 'tide slowly rises' }])],
      speakers: [],
      turns: [],
    });
    expect(first?.text).toBe('The tide slowly rises and falls.');
    expect(first?.words.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ['The', 0, 100],
      ['tide', 100, 200],
      ['slowly', 200, 200],
      ['rises', 200, 300],
      ['and', 300, 400],
      ['falls.', 400, 500],
    ]);
  });

  it('leaves out a sentence without words and numbers the others anew', () => {
    const segments = revise(base, { texts: [...edited([{ firstWord: 5, lastWord: 8, text: '' }])], speakers: [], turns: [] });
    expect(segments.map(({ id, text }) => [id, text])).toEqual([
      [0, 'The tied rises and falls.'],
      [1, 'So do we.'],
    ]);
  });

  it('cuts a sentence where the speaker changes, by turns and by what people said', () => {
    const turns = [
      { startMs: 0, endMs: 240, speaker: 'S1' },
      { startMs: 240, endMs: 900, speaker: 'S2' },
    ];
    const speakers = [{ firstWord: 9, lastWord: 11, speaker: 'Ann' }];
    const segments = revise(base, { texts: [], speakers, turns });
    expect(segments.map(({ speaker, text }) => [speaker, text])).toEqual([
      ['S1', 'The tied'],
      ['S2', 'rises and falls.'],
      ['S2', 'It follows the moon.'],
      ['Ann', 'So do we.'],
    ]);
    expect(revise(base, { texts: [], speakers: [], turns: [] })).toEqual(base);
  });
});
