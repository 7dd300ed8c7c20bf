import { beforeEach, describe, expect, it } from 'vitest';
import type { OwnPreset } from '../src/core/domain/preset.ts';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

function aPreset(fields: Partial<OwnPreset> = {}): OwnPreset {
  return {
    id: 'short',
    ownerId: LOCAL_OWNER,
    title: 'Short',
    artifacts: ['summary', 'flashcards'],
    length: 0.55,
    language: 'de',
    tone: null,
    instructions: 'No "jargon", please \u{1F600}',
    version: 1,
    createdAt: 5,
    ...fields,
  };
}

/** What every store does with presets. */
export function presetsConformance(getStore: () => Store): void {
  describe('presets', () => {
    let store: Store;
    beforeEach(() => {
      store = getStore();
    });

    it('are kept for their owner, one of each id, oldest first', async () => {
      expect(await store.presets.insert(local, aPreset())).toBe(true);
      expect(await store.presets.insert(local, aPreset({ title: 'Another' }))).toBe(false);
      expect(await store.presets.insert(other, aPreset({ ownerId: 'other', title: 'Theirs' }))).toBe(true);
      await store.presets.insert(local, aPreset({ id: 'early', createdAt: 1 }));
      expect(await store.presets.find(local, 'short')).toEqual(aPreset());
      expect((await store.presets.list(local)).map(({ id }) => id)).toEqual(['early', 'short']);
      expect(await store.presets.find(other, 'early')).toBeNull();
    });

    it('are changed in part, which raises their version, and removed', async () => {
      await store.presets.insert(local, aPreset());
      const changed = await store.presets.update(local, 'short', { tone: 'kind', artifacts: ['outline'], language: null });
      expect(changed).toEqual(aPreset({ tone: 'kind', artifacts: ['outline'], language: null, version: 2 }));
      expect(await store.presets.find(local, 'short')).toEqual(changed);
      expect(await store.presets.update(other, 'short', { tone: 'rude' })).toBeNull();
      await store.presets.remove(other, 'short');
      expect(await store.presets.find(local, 'short')).not.toBeNull();
      await store.presets.remove(local, 'short');
      expect(await store.presets.find(local, 'short')).toBeNull();
    });
  });
}
