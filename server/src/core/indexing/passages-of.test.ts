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

  it('carry their titles and place', () => {
    const [passage] = passagesOf(makeTranscript(['The tides rise.']), place);
    expect(passage).toMatchObject({ id: 'source:1:0', courseId: 'course', context: 'Physics Tides', lectureId: 'lecture' });
  });
});
