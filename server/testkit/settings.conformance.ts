import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope, systemScope } from '../src/core/domain/scope.ts';
import { MOST_CACHED, MOST_CACHED_LENGTH, type CacheEntry } from '../src/core/ports/cache.ts';
import type { ModelUse } from '../src/core/ports/figure-store.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, aSource } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

function anEntry(fields: Partial<CacheEntry> = {}): CacheEntry {
  return { kind: 'answer', key: 'k', body: '{"answer":"Größe 👩‍🏫"}', createdAt: 1_000, expiresAt: 2_000, ...fields };
}

function aUse(fields: Partial<ModelUse> = {}): ModelUse {
  return {
    day: '2026-11-23',
    engine: 'openai',
    model: 'm',
    purpose: 'answer',
    inputTokens: 100,
    outputTokens: 10,
    costUsd: 0.25,
    ...fields,
  };
}

/** What every store does with what is set at run time, cached and counted. */
export function settingsConformance(getStore: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = getStore();
  });

  describe('settings', () => {
    it('are read as they were written, by owner and group', async () => {
      expect(await store.settings.read(local, 'profile')).toEqual({});
      await store.settings.write(local, 'profile', { systemPrompt: 'Größe \n"x" 👩‍🏫', language: null }, 1);
      await store.settings.write(other, 'profile', { systemPrompt: 'Theirs' }, 1);
      await store.settings.write(local, 'switches', { chat: false }, 1);
      await store.settings.write(local, 'switches', {}, 2);
      expect(await store.settings.read(local, 'profile')).toEqual({ systemPrompt: 'Größe \n"x" 👩‍🏫', language: null });
      expect(await store.settings.read(local, 'switches')).toEqual({ chat: false });
    });

    it('keep both of two changes at once', async () => {
      await Promise.all([
        store.settings.write(local, 'switches', { chat: false }, 1),
        store.settings.write(local, 'switches', { signUp: false }, 1),
      ]);
      await store.settings.write(local, 'switches', { chat: true }, 2);
      expect(await store.settings.read(local, 'switches')).toEqual({ chat: true, signUp: false });
    });
  });

  it('settings are removed by name, of one owner and group', async () => {
    const system = ownerScope('system');
    await store.settings.write(system, 'workers', { a: { at: 1 }, b: { at: 2 }, c: { at: 3 } }, 1);
    await store.settings.write(system, 'switches', { a: false }, 1);
    await store.settings.write(other, 'workers', { a: 1 }, 1);
    await store.settings.remove(system, 'workers', []);
    await store.settings.remove(system, 'workers', ['a', 'c', 'unknown']);
    expect(await store.settings.read(system, 'workers')).toEqual({ b: { at: 2 } });
    expect(await store.settings.read(system, 'switches')).toEqual({ a: false });
    expect(await store.settings.read(other, 'workers')).toEqual({ a: 1 });
  });

  describe('the cache', () => {
    it('gives back what was put in until it expires, to its owner only', async () => {
      await store.cache.put(local, anEntry());
      expect(await store.cache.find(local, 'answer', 'k', 1_999)).toBe('{"answer":"Größe 👩‍🏫"}');
      expect(await store.cache.find(local, 'answer', 'k', 2_000)).toBeNull();
      expect(await store.cache.find(other, 'answer', 'k', 1_500)).toBeNull();
      expect(await store.cache.find(local, 'query-vector', 'k', 1_500)).toBeNull();
      await expect(store.cache.find(systemScope, 'answer', 'k', 1_500)).rejects.toThrow();
    });

    it('puts the newer in place of the older, also when two put it at once', async () => {
      await Promise.all([store.cache.put(local, anEntry()), store.cache.put(local, anEntry())]);
      await store.cache.put(local, anEntry({ body: 'newer', expiresAt: 9_000 }));
      expect(await store.cache.find(local, 'answer', 'k', 5_000)).toBe('newer');
      expect(await store.cache.count(local)).toBe(1);
    });

    it('drops what has expired, of all owners', async () => {
      await store.cache.put(local, anEntry());
      await store.cache.put(other, anEntry());
      await store.cache.put(local, anEntry({ key: 'later', expiresAt: 3_000 }));
      expect(await store.cache.removeExpired(2_000)).toBe(2);
      expect(await store.cache.removeExpired(2_000)).toBe(0);
      expect(await store.cache.count(systemScope)).toBe(1);
    });

    it('is bounded: the oldest of an owner go, and what is too long is not kept', async () => {
      const most = MOST_CACHED.answer;
      await store.cache.put(other, anEntry({ createdAt: 0 }));
      await store.cache.put(local, anEntry({ kind: 'query-vector', createdAt: 0 }));
      await store.transaction(async (tx) => {
        for (let at = 0; at < most + 3; at++) await tx.cache.put(local, anEntry({ key: `k${at}`, createdAt: at }));
      });
      await store.cache.put(local, anEntry({ key: 'huge', body: 'x'.repeat(MOST_CACHED_LENGTH + 1) }));
      expect(await store.cache.count(local)).toBe(most + 1);
      expect(await store.cache.find(local, 'answer', 'k2', 1)).toBeNull();
      expect(await store.cache.find(local, 'answer', 'k3', 1)).not.toBeNull();
      expect(await store.cache.find(other, 'answer', 'k', 1)).not.toBeNull();
    });
  });

  describe('figures', () => {
    it('add up the calls of a day, a model and a purpose; a price that is not known stays unknown', async () => {
      await Promise.all([store.figures.use(local, aUse()), store.figures.use(local, aUse({ inputTokens: 5 }))]);
      await store.figures.use(local, aUse({ costUsd: null }));
      await store.figures.use(local, aUse({ day: '2026-11-24', model: 'own', costUsd: null }));
      await store.figures.use(local, aUse({ day: '2026-11-01' }));
      await store.figures.use(other, aUse());
      const usage = await store.figures.usage(local, { from: '2026-11-02', to: '2026-11-24' });
      expect(usage).toEqual([
        { ...aUse({ day: '2026-11-24', model: 'own', costUsd: null }), calls: 1, unpricedCalls: 1 },
        { ...aUse({ inputTokens: 205, outputTokens: 30, costUsd: 0.5 }), calls: 3, unpricedCalls: 1 },
      ]);
    });

    it('count questions, and what is there and not in the trash, of one owner', async () => {
      await Promise.all([1, 2, 3].map(() => store.figures.tally(local, 'questions')));
      await store.figures.tally(local, 'cacheHits');
      await store.figures.tally(other, 'questions');
      await store.courses.insert(local, aCourse());
      await store.lectures.insert(local, aLecture());
      await store.lectures.insert(local, aLecture({ id: 'gone' }));
      await store.sources.insert(local, aSource());
      await store.sources.insert(local, aSource({ id: 'doc', kind: 'document' }));
      await store.sources.insert(local, aSource({ id: 'old', kind: 'document' }));
      await store.sources.insert(local, aSource({ id: 'within', lectureId: 'gone', kind: 'document' }));
      await store.sources.setDeletedAt(local, 'old', 5);
      await store.lectures.setDeletedAt(local, 'gone', 5);
      expect(await store.figures.totals(local)).toEqual({
        questions: 3,
        cacheHits: 1,
        lectures: 1,
        recordings: 1,
        documents: 1,
      });
      expect(await store.figures.totals(other)).toEqual({
        questions: 1,
        cacheHits: 0,
        lectures: 0,
        recordings: 0,
        documents: 0,
      });
    });
  });
}
