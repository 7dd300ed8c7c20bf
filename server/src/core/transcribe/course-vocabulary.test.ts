import { beforeEach, describe, expect, it } from 'vitest';
import { aDocument, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { courseVocabulary, vocabularyFor } from './course-vocabulary.ts';

const scope = ownerScope(LOCAL_OWNER);

describe('courseVocabulary', () => {
  let store: Store;
  beforeEach(async () => {
    store = await stockedStore();
  });

  async function slides(text: string, lectureId = 'lecture-1'): Promise<void> {
    const id = `src_${text.length}`;
    await store.sources.insert(scope, aSource({ id, kind: 'document', lectureId }));
    const page = { number: 1, label: null, text, headings: [] };
    await store.documents.add(scope, aDocument({ sourceId: id, lectureId, pages: [page] }));
  }

  it('has nothing to say of a course without slides and corrections', async () => {
    expect(await courseVocabulary(store, scope, aSource())).toEqual([]);
    expect(await courseVocabulary(store, scope, aSource({ lectureId: 'none' }))).toEqual([]);
  });

  it('takes what people wrote first, then names, then long words that come often', async () => {
    await slides(
      'The work of Kahneman. With Kahneman, the experiment went on. Important experiments: one experiment a day, each an experiment. ' +
        'Sometimes small words. Sometimes more.',
    );
    await store.transcripts.add(scope, aTranscript());
    const texts = [{ firstWord: 0, lastWord: 0, text: 'Hippocampus and the', conflict: null }];
    const change = { kind: 'edit' as const, by: 'local', examples: [], places: 1 };
    const request = { sourceId: 'src_1', expected: 1, baseVersion: 1, origin: 'corrected' as const, createdAt: 1 };
    await store.transcripts.revise(scope, { ...request, revision: { texts, speakers: [], turns: [] }, change });
    expect(await courseVocabulary(store, scope, aSource())).toEqual(['Hippocampus', 'Kahneman', 'experiment']);
  });

  it('looks in all lectures of the course and in no other', async () => {
    await store.lectures.insert(scope, aLecture({ id: 'lecture-2' }));
    await slides('We read Ebbinghaus. Then Ebbinghaus again, by Ebbinghaus.', 'lecture-2');
    expect(await courseVocabulary(store, scope, aSource())).toEqual(['Ebbinghaus']);
    expect(await courseVocabulary(store, ownerScope('other'), aSource())).toEqual([]);
  });

  it('stays the same for one transcription, whatever is added meanwhile', async () => {
    await slides('We read Ebbinghaus, and then Ebbinghaus.');
    const job = { source: aSource(), jobId: 'job_1' };
    expect(await vocabularyFor(store, scope, job)).toEqual(['Ebbinghaus']);
    await slides('We read Kahneman, and then Kahneman more.');
    expect(await vocabularyFor(store, scope, job)).toEqual(['Ebbinghaus']);
    expect(await vocabularyFor(store, scope, { ...job, jobId: 'job_2' })).toEqual(['Ebbinghaus', 'Kahneman']);
  });
});
