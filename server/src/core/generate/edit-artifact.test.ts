import type { Citation } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture, anArtifact, aSource, aTranscript } from '../../../testkit/builders.ts';
import { firstSentenceWriter } from '../../../testkit/first-sentence-writer.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { falseCitationsIn } from '../../../testkit/true-citations.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { editArtifact, revertArtifact, type EditInput } from './edit-artifact.ts';
import { artifactVersions, requireArtifact, restoreArtifact, trashArtifact } from './find-artifact.ts';
import { generate } from './generate.ts';

const scope = ownerScope(LOCAL_OWNER);
const clock = { now: () => 9_000 };
const one = { scope, lectureId: 'lecture-1', artifactId: 'art_1' };
const made = anArtifact();
const [citation] = made.citations as readonly [Citation];

let store: Store;

beforeEach(async () => {
  store = memoryStore();
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, aSource());
  await store.transcripts.add(scope, aTranscript());
  await store.artifacts.insert(scope, made);
});

afterEach(async () => {
  expect((await falseCitationsIn(store, scope, 'lecture-1')).wrong).toEqual([]);
});

type Passages = { text: string; cites: number[]; by?: 'person' }[];

const edit = (passages: Passages, more: Partial<EditInput> = {}) =>
  editArtifact({ store, clock }, { ...one, author: 'ann', baseVersion: 0, content: { passages }, ...more });
const own = { text: 'Memory fades.', cites: [0] };

async function generateAgain(): Promise<void> {
  const deps = { store, clock, metrics: silentMetrics, writer: firstSentenceWriter() };
  const input = { scope, lectureId: 'lecture-1', presetId: 'exam', nonce: 'again', onProgress: () => {} };
  await store.transaction(await generate(deps, input, new AbortController().signal));
}

describe('an edit', () => {
  it('is shown in place of what was generated, which stays; what a person wrote is marked', async () => {
    const edited = await edit([own, { text: 'Mine, without a source.', cites: [] }, { text: 'Mine, cited.', cites: [0] }]);
    expect(edited).toMatchObject({
      version: 1,
      edit: { author: 'ann', at: 9_000, origin: { type: 'edited' } },
      content: {
        passages: [
          own,
          { text: 'Mine, without a source.', cites: [], by: 'person' },
          { text: 'Mine, cited.', cites: [0], by: 'person' },
        ],
      },
    });
    expect(await requireArtifact({ store }, one)).toEqual(edited);
    expect(await requireArtifact({ store }, { ...one, version: 0 })).toEqual(made);
  });

  it('cannot pass for generated, nor take what was generated for its own', async () => {
    await edit([
      { ...own, by: 'person' },
      { text: 'Changed.', cites: [0] },
    ]);
    const { content } = await requireArtifact({ store }, one);
    expect(content).toEqual({ passages: [own, { text: 'Changed.', cites: [0], by: 'person' }] });
    const taken = await edit([{ text: own.text, cites: [] }], { baseVersion: 1 });
    expect(taken.content).toEqual({ passages: [{ text: own.text, cites: [], by: 'person' }] });
    expect(taken.citations).toEqual([]);
    const back = await edit([own], { baseVersion: 2, citations: [citation] });
    expect(back.content).toEqual({ passages: [own] });
  });

  it('of an older version is a conflict that shows what is there, also when two come at once', async () => {
    const both = await Promise.allSettled([edit([{ text: 'A', cites: [] }]), edit([{ text: 'B', cites: [] }])]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const there = await requireArtifact({ store }, one);
    const late = edit([own]);
    await expect(late).rejects.toMatchObject({
      code: 'artifact_conflict',
      current: { version: 1, author: 'ann', content: there.content, citations: [] },
    });
  });

  it.each<[string, Partial<Citation>]>([
    ['quotes words that are not there', { quote: 'Memory lasts.' }],
    ['names a place that is not there', { firstWord: 900, lastWord: 901 }],
    ['names another time', { startMs: 5 }],
    ['names a text that is not there', { textVersion: 9 }],
    ['names a source that is not there', { sourceId: 'src_9' }],
    ['names another lecture', { lectureId: 'lecture-9' }],
  ])('with a citation that %s is refused', async (_, change) => {
    const citations = [citation, { ...citation, ...change }];
    const refused = edit([own, { text: 'Mine', cites: [1] }], { citations });
    await expect(refused).rejects.toMatchObject({ code: 'citation_false' });
    // A citation that nothing rests on does no harm and is not kept.
    const kept = await edit([own], { citations });
    expect(kept.citations).toEqual([citation]);
  });

  it.each<[string, unknown]>([
    ['no passages', {}],
    ['a text of the wrong type', { passages: [{ text: 3, cites: [] }] }],
    ['an empty text', { passages: [{ text: '', cites: [0] }] }],
    ['passages that are no list', { passages: 'x' }],
    ['no list of citations', { passages: [{ text: 'x' }] }],
    ['a citation that is not there', { passages: [{ text: 'x', cites: [7] }] }],
    ['null', null],
    ['a list', []],
  ])('with %s is refused', async (_, content) => {
    await expect(edit([], { content })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await requireArtifact({ store }, one)).toEqual(made);
  });

  it('with a choice that does not hold its answer is refused', async () => {
    const question = { type: 'multiple-choice', question: 'Which?', options: ['a', 'b'], answer: 'a', cites: [0] } as const;
    const questions = [{ ...question, options: [...question.options], cites: [0] }];
    await store.artifacts.insert(scope, anArtifact({ id: 'art_q', kind: 'practice_questions', content: { questions } }));
    const change = (over: object) =>
      editArtifact(
        { store, clock },
        { ...one, artifactId: 'art_q', author: 'ann', baseVersion: 0, content: { questions: [{ ...question, ...over }] } },
      );
    for (const over of [{ answer: 'c' }, { options: ['a'] }, { options: ['a', 'a'] }, { type: 'short-answer' }])
      await expect(change(over)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(change({ answer: 'b' })).resolves.toMatchObject({ version: 1 });
  });

  it('can be taken back, and that too: the history holds all', async () => {
    await edit([{ text: 'First', cites: [] }]);
    await edit([{ text: 'Second', cites: [] }], { baseVersion: 1 });
    const back = await revertArtifact({ store, clock }, { ...one, author: 'bob', baseVersion: 2, version: 0 });
    expect(back).toMatchObject({
      content: made.content,
      version: 3,
      edit: { author: 'bob', origin: { type: 'reverted', version: 0 } },
    });
    const again = await revertArtifact({ store, clock }, { ...one, author: 'bob', baseVersion: 3, version: 1 });
    expect(again.content).toMatchObject({ passages: [{ text: 'First' }] });
    const { edits } = await artifactVersions({ store }, one);
    expect(edits.map(({ version, origin }) => [version, origin.type])).toEqual([
      [1, 'edited'],
      [2, 'edited'],
      [3, 'reverted'],
      [4, 'reverted'],
    ]);
    const stale = revertArtifact({ store, clock }, { ...one, author: 'bob', baseVersion: 1, version: 0 });
    await expect(stale).rejects.toMatchObject({ code: 'artifact_conflict' });
    const none = revertArtifact({ store, clock }, { ...one, author: 'bob', baseVersion: 4, version: 9 });
    await expect(none).rejects.toMatchObject({ code: 'artifact_not_found' });
  });

  it('outlives new notes: what the person wrote is in them, what was generated is without it', async () => {
    await edit([own, { text: 'Mine.', cites: [0] }, { text: 'A thought.', cites: [] }]);
    await generateAgain();
    const [now] = (await store.artifacts.ofLecture(scope, 'lecture-1')).filter(({ kind }) => kind === 'summary');
    expect(now).toMatchObject({
      engine: 'first-sentence',
      version: 1,
      edit: { author: 'ann', origin: { type: 'carried', artifactId: 'art_1' } },
    });
    expect(now?.content).toEqual({
      passages: [own, { text: 'Mine.', cites: [1], by: 'person' }, { text: 'A thought.', cites: [], by: 'person' }],
    });
    expect(now?.citations[1]).toEqual(citation);
    const generated = await requireArtifact({ store }, { ...one, artifactId: now?.id ?? '', version: 0 });
    expect(generated.content).toMatchObject({ passages: [{ text: 'Memory fades.', cites: [0] }] });
    const history = await store.artifacts.ofLecture(scope, 'lecture-1', { history: true });
    expect(history.find(({ id }) => id === 'art_1')).toMatchObject({ version: 1 });
  });

  it('is hidden with its artifact by the trash, and comes back with it', async () => {
    await edit([{ text: 'Mine.', cites: [] }]);
    expect(await trashArtifact({ store, clock }, one)).toMatchObject({ deletedAt: 9_000 });
    await expect(requireArtifact({ store }, one)).rejects.toMatchObject({ code: 'artifact_not_found' });
    await expect(edit([own], { baseVersion: 1 })).rejects.toMatchObject({ code: 'artifact_not_found' });
    await restoreArtifact({ store }, one);
    expect(await requireArtifact({ store }, one)).toMatchObject({ version: 1, deletedAt: null });
    const elsewhere = { ...one, lectureId: 'lecture-2' };
    await store.lectures.insert(scope, aLecture({ id: 'lecture-2' }));
    for (const work of [requireArtifact({ store }, elsewhere), restoreArtifact({ store }, elsewhere)])
      await expect(work).rejects.toMatchObject({ code: 'artifact_not_found' });
  });
});
