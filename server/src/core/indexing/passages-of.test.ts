import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cite } from '../domain/passage.ts';
import { citationFault, citedTexts } from '../domain/grounding.ts';
import { wordsOf } from '../domain/transcript.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { passagesOf } from './passages-of.ts';

const place = { courseId: 'course', courseTitle: 'Physics', lectureTitle: 'Tides' };
const sentence = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 200 });
const transcripts = fc
  .array(sentence, { maxLength: 20 })
  .map((sentences) => makeTranscript(sentences.map((words) => words.join(' '))));

describe('passages of a transcript', () => {
  it('hold every word once, in order, and are true citations of it', () => {
    fc.assert(
      fc.property(transcripts, (transcript) => {
        const passages = passagesOf(transcript, place);
        const said = wordsOf(transcript).map((word) => word.text);
        expect(passages.flatMap((passage) => passage.text.split(' '))).toEqual(said);
        const faults = passages.map((passage) => citationFault(cite(passage), citedTexts([transcript])(cite(passage))));
        expect(faults.every((fault) => fault === null)).toBe(true);
        expect(new Set(passages.map((passage) => passage.id)).size).toBe(passages.length);
      }),
    );
  });

  it('never exceed the 80 words that an embedder hears', () => {
    fc.assert(
      fc.property(transcripts, (transcript) => passagesOf(transcript, place).every(({ text }) => text.split(' ').length <= 80)),
    );
  });

  it('end where sentences end once they have 60 words', () => {
    const transcript = makeTranscript(
      Array.from({ length: 9 }, () => 'one two three four five six seven eight nine ten '.repeat(2).trim()),
    );
    expect(passagesOf(transcript, place).map(({ text }) => text.split(' ').length)).toEqual([60, 60, 60]);
  });

  it('have ids of their own, also when the same is said twice, which stay when another version says the same', () => {
    const said = ['word '.repeat(60).trim(), 'word '.repeat(60).trim(), 'other '.repeat(60).trim()];
    const ids = passagesOf(makeTranscript(said), place).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(passagesOf(makeTranscript(said, { version: 2 }), place).map(({ id }) => id)).toEqual(ids);
  });

  it('carry their titles and place', () => {
    const [passage] = passagesOf(makeTranscript(['The tides rise.']), place);
    expect(passage).toMatchObject({
      id: expect.stringMatching(/^source:[0-9a-f]{20}:0$/),
      courseId: 'course',
      context: 'Physics Tides',
      lectureId: 'lecture',
    });
  });
});
