import { beforeEach, describe, expect, it } from 'vitest';
import { MemorySearchIndex } from '../../../testkit/memory-search-index.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { makePassage } from '../../../testkit/search-index.conformance.ts';
import { ownerScope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { suggest } from './suggest.ts';

const scope = ownerScope('ann');
const signal = new AbortController().signal;
let store: Store;
let searchIndex: MemorySearchIndex;

beforeEach(async () => {
  store = memoryStore();
  searchIndex = new MemorySearchIndex();
  await addCourse('physics', 'Physics for Poets');
  await addLecture('tides', 'physics', 'Tides and the Moon');
  await addLecture('waves', 'physics', 'Élan of waves');
  await searchIndex.replace(scope, 's', [
    makePassage('s:1:0', 'The tidal force pulls, and tidal waves follow.', { lectureId: 'tides', courseId: 'physics' }),
  ]);
});

const addCourse = (id: string, title: string) =>
  store.courses.insert(scope, { id, ownerId: 'ann', title, createdAt: 0, deletedAt: null });
const addLecture = (id: string, courseId: string, title: string) =>
  store.lectures.insert(scope, {
    id,
    ownerId: 'ann',
    courseId,
    presetId: 'exam',
    title,
    createdAt: 0,
    deletedAt: null,
    pinned: false,
  });
const texts = async (query: string, more: { courseId?: string; limit?: number } = {}): Promise<string[]> =>
  (await suggest({ store, searchIndex }, { scope, query, limit: 8, ...more }, signal)).suggestions.map(({ text }) => text);

describe('suggesting', () => {
  it('gives titles and terms, each with where it leads', async () => {
    expect((await suggest({ store, searchIndex }, { scope, query: 'tid', limit: 8 }, signal)).suggestions).toEqual([
      { text: 'Tides and the Moon', kind: 'title', lectureId: 'tides', courseId: 'physics' },
      { text: 'tidal', kind: 'term', lectureId: 'tides', courseId: 'physics' },
    ]);
    expect((await suggest({ store, searchIndex }, { scope, query: 'physics po', limit: 8 }, signal)).suggestions).toEqual([
      { text: 'Physics for Poets', kind: 'title', lectureId: null, courseId: 'physics' },
    ]);
  });

  it('finds titles by any of their words, whatever the accents, with wrong letters last', async () => {
    expect(await texts('moon')).toEqual(['Tides and the Moon']);
    expect(await texts('elan')).toEqual(['Élan of waves']);
    expect(await texts('wave el')).toEqual(['Élan of waves']);
    expect(await texts('waev')).toEqual(['Élan of waves', 'waves']);
    expect(await texts('wave wave')).toEqual([]);
  });

  it('does not suggest what lies in the trash, nor the word that stands there already', async () => {
    expect(await texts('tidal')).toEqual([]);
    await store.lectures.setDeletedAt(scope, 'tides', 5);
    expect(await texts('tid')).toEqual([]);
    await store.lectures.setDeletedAt(scope, 'tides', null);
    await store.courses.setDeletedAt(scope, 'physics', 5);
    expect(await texts('tid')).toEqual([]);
  });

  it('keeps to a course, and says when there is none of that name', async () => {
    await addCourse('art', 'Tidings');
    await addLecture('other', 'art', 'Tidy pictures');
    expect(await texts('tid', { courseId: 'art' })).toEqual(['Tidy pictures']);
    await expect(texts('tid', { courseId: 'nope' })).rejects.toMatchObject({ code: 'course_not_found' });
  });

  it('leaves room for terms beside titles, and gives no more than wanted', async () => {
    for (let number = 0; number < 20; number++) await addLecture(`l${number}`, 'physics', `Tides ${number}`);
    const suggestions = await texts('tid', { limit: 4 });
    expect(suggestions).toHaveLength(4);
    expect(suggestions).toContain('tidal');
  });

  it('gives nothing for a text without words', async () => {
    for (const query of [' ', '%', '...', '\u0000']) expect(await texts(query)).toEqual([]);
  });
});
