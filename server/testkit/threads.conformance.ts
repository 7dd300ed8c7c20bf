import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aMessage, anArtifact, aThread } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const all = { cursor: null, limit: 50 };

/** What every store does with conversations. */
export function threadsConformance(getStore: () => Store): void {
  describe('threads', () => {
    let store: Store;
    beforeEach(() => {
      store = getStore();
    });

    it('keep what is asked and answered, in order, for their owner', async () => {
      await store.threads.insert(local, aThread());
      const { citations } = anArtifact();
      const answer = aMessage({
        id: 'msg_2',
        role: 'assistant',
        supported: true,
        citations,
        engine: 'e',
        model: 'm',
        createdAt: 9_000,
      });
      const odd = aMessage({ id: 'msg_3', text: 'Ünïcode \u{1F600} "quotes" %_!', unsupported: ['x'], status: 'stopped' });
      await store.threads.addMessages(local, 'thr_1', [aMessage(), answer]);
      await store.threads.addMessages(local, 'thr_1', [odd]);
      expect(await store.threads.messages(local, 'thr_1', 10)).toEqual([aMessage(), answer, odd]);
      expect(await store.threads.messages(local, 'thr_1', 2)).toEqual([answer, odd]);
      expect(await store.threads.messages(other, 'thr_1', 10)).toEqual([]);
      expect(await store.threads.find(local, 'thr_1')).toEqual(aThread({ updatedAt: odd.createdAt }));
      expect(await store.threads.find(other, 'thr_1')).toBeNull();
    });

    it('are listed by their newest message, page by page', async () => {
      for (const id of ['thr_a', 'thr_b', 'thr_c']) await store.threads.insert(local, aThread({ id }));
      await store.threads.addMessages(local, 'thr_a', [aMessage({ threadId: 'thr_a', createdAt: 7_000 })]);
      const first = await store.threads.list(local, {}, { cursor: null, limit: 2 });
      expect(first.items.map(({ id }) => id)).toEqual(['thr_a', 'thr_c']);
      const second = await store.threads.list(local, {}, { cursor: first.nextCursor, limit: 2 });
      expect([second.items.map(({ id }) => id), second.nextCursor]).toEqual([['thr_b'], null]);
      expect((await store.threads.list(other, {}, all)).items).toEqual([]);
    });

    it('are found by what they say and what they are about', async () => {
      await store.threads.insert(local, aThread({ id: 'thr_a', title: 'Tides 100%' }));
      await store.threads.insert(local, aThread({ id: 'thr_b', title: 'x', about: { kind: 'course', courseId: 'physics' } }));
      await store.threads.insert(local, aThread({ id: 'thr_c', title: 'y', about: { kind: 'everything' } }));
      await store.threads.addMessages(local, 'thr_c', [aMessage({ threadId: 'thr_c', text: 'Why do TIDES turn?' })]);
      const found = async (filter: Parameters<Store['threads']['list']>[1]) =>
        (await store.threads.list(local, filter, all)).items.map(({ id }) => id).sort();
      expect(await found({ text: 'tides' })).toEqual(['thr_a', 'thr_c']);
      expect(await found({ text: '%' })).toEqual(['thr_a']);
      expect(await found({ text: '_ides' })).toEqual([]);
      expect(await found({ lectureId: 'lecture-1' })).toEqual(['thr_a']);
      expect(await found({ lectureId: 'lecture' })).toEqual([]);
      expect(await found({ courseId: 'physics' })).toEqual(['thr_b']);
    });

    it('are renamed, put into the trash, taken out, and gone in the end', async () => {
      await store.threads.insert(local, aThread());
      await store.threads.addMessages(local, 'thr_1', [aMessage()]);
      await store.threads.rename(local, 'thr_1', 'New');
      expect(await store.threads.find(local, 'thr_1')).toMatchObject({ title: 'New' });
      expect(await store.threads.setDeletedAt(local, 'thr_1', 8_000)).toBe(true);
      expect(await store.threads.setDeletedAt(other, 'thr_1', 8_000)).toBe(false);
      expect(await store.threads.find(local, 'thr_1')).toBeNull();
      expect((await store.threads.list(local, {}, all)).items).toEqual([]);
      expect(await store.threads.find(local, 'thr_1', { trashed: true })).toMatchObject({ deletedAt: 8_000 });
      expect(await store.threads.removeExpired(8_000)).toBe(0);
      await store.threads.setDeletedAt(local, 'thr_1', null);
      expect(await store.threads.removeExpired(9_000)).toBe(0);
      await store.threads.setDeletedAt(local, 'thr_1', 8_000);
      expect(await store.threads.removeExpired(8_001)).toBe(1);
      expect(await store.threads.messages(local, 'thr_1', 10)).toEqual([]);
    });

    it('take messages of two who write at once, one after the other', async () => {
      await store.threads.insert(local, aThread());
      await Promise.all(
        Array.from({ length: 6 }, (_, i) => store.threads.addMessages(local, 'thr_1', [aMessage({ id: `msg_${i}` })])),
      );
      expect((await store.threads.messages(local, 'thr_1', 10)).map(({ id }) => id).sort()).toHaveLength(6);
      await expect(store.threads.addMessages(local, 'none', [aMessage()])).rejects.toThrow(/no thread/);
    });
  });
}
