import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactEdit } from '../src/core/domain/artifact.ts';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, anArtifact } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

function anEdit(version: number, text: string, fields: Partial<ArtifactEdit> = {}): ArtifactEdit {
  return {
    version,
    author: LOCAL_OWNER,
    at: 6_000 + version,
    origin: { type: 'edited' },
    content: { passages: [{ text, cites: [], by: 'person' }] },
    citations: [],
    ...fields,
  };
}

/** What every store does with artifacts, their edits and their trash. */
export function artifactsConformance(getStore: () => Store): void {
  describe('edits of artifacts', () => {
    let store: Store;
    beforeEach(async () => {
      store = getStore();
      await store.courses.insert(local, aCourse());
      await store.lectures.insert(local, aLecture());
      await store.artifacts.insert(local, anArtifact());
    });

    it('keep what an artifact cost, from which texts it was made and what was left out of it', async () => {
      const made = anArtifact({
        id: 'art_2',
        createdAt: 9_000,
        usage: { calls: 3, inputTokens: 5_000_000_000, outputTokens: 20, costUsd: 0.0125 },
        texts: [{ sourceId: 'src_1', kind: 'recording', version: 3 }],
        unsupported: ['Elephants never forget.'],
      });
      await store.artifacts.insert(local, made);
      expect(await store.artifacts.find(local, 'art_2')).toEqual(made);
    });

    it.each([null, { calls: 1, inputTokens: 900, outputTokens: 0, costUsd: null }])(
      'keep which engine could not make it and why, with the cost %j',
      async (usage) => {
        const fallback = { engine: 'openai', model: 'gpt', code: 'model_unreachable', detail: 'It does not answer.' };
        const made = anArtifact({ id: 'art_2', createdAt: 9_000, usage, fallback });
        await store.artifacts.insert(local, made);
        expect(await store.artifacts.find(local, 'art_2')).toEqual(made);
      },
    );

    it('are shown in place of what was generated, which stays', async () => {
      expect(await store.artifacts.find(local, 'art_1')).toEqual(anArtifact());
      expect(await store.artifacts.addEdit(local, 'art_1', anEdit(1, 'First'))).toBe(true);
      const reverted = anEdit(2, 'Second', { origin: { type: 'reverted', version: 0 } });
      expect(await store.artifacts.addEdit(local, 'art_1', reverted)).toBe(true);
      const { content, citations, ...facts } = reverted;
      const shown = anArtifact({ content, citations, version: 2, edit: facts });
      expect(await store.artifacts.find(local, 'art_1')).toEqual(shown);
      expect(await store.artifacts.ofLecture(local, 'lecture-1')).toEqual([shown]);
      expect(await store.artifacts.find(local, 'art_1', { version: 1 })).toMatchObject({
        version: 1,
        content: anEdit(1, 'First').content,
      });
      expect(await store.artifacts.find(local, 'art_1', { version: 0 })).toEqual(anArtifact());
      expect(await store.artifacts.find(local, 'art_1', { version: 3 })).toBeNull();
      expect(await store.artifacts.edits(local, 'art_1')).toMatchObject([{ version: 1, origin: { type: 'edited' } }, facts]);
    });

    it('of the same number are taken from one only, also at the same moment', async () => {
      const taken = await Promise.all(['a', 'b', 'c'].map((text) => store.artifacts.addEdit(local, 'art_1', anEdit(1, text))));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await store.artifacts.edits(local, 'art_1')).toHaveLength(1);
    });

    it('belong to their owner', async () => {
      await store.artifacts.addEdit(local, 'art_1', anEdit(1, 'Mine'));
      expect(await store.artifacts.find(other, 'art_1')).toBeNull();
      expect(await store.artifacts.edits(other, 'art_1')).toEqual([]);
      await expect(store.artifacts.addEdit(other, 'art_1', anEdit(2, 'Theirs'))).rejects.toThrow();
      expect(await store.artifacts.setDeletedAt(other, 'art_1', 1)).toBe(false);
      expect(await store.artifacts.find(local, 'art_1')).toMatchObject({ version: 1 });
    });

    it('do not change what others see while they are not there: the trash hides an artifact and shows the one before', async () => {
      await store.artifacts.insert(local, anArtifact({ id: 'art_2', createdAt: 9_000 }));
      await store.artifacts.addEdit(local, 'art_2', anEdit(1, 'Kept', { origin: { type: 'carried', artifactId: 'art_1' } }));
      expect((await store.artifacts.ofLecture(local, 'lecture-1')).map(({ id }) => id)).toEqual(['art_2']);
      expect(await store.artifacts.setDeletedAt(local, 'art_2', 500)).toBe(true);
      expect((await store.artifacts.ofLecture(local, 'lecture-1')).map(({ id }) => id)).toEqual(['art_1']);
      expect(await store.artifacts.ofLecture(local, 'lecture-1', { history: true })).toHaveLength(1);
      expect(await store.artifacts.find(local, 'art_2')).toBeNull();
      expect(await store.artifacts.find(local, 'art_2', { trashed: true })).toMatchObject({ deletedAt: 500, version: 1 });
      expect((await store.artifacts.trashed(local, 10)).map(({ id }) => id)).toEqual(['art_2']);
      expect(await store.artifacts.removeExpired(500)).toBe(0);
      expect(await store.artifacts.setDeletedAt(local, 'art_2', null)).toBe(true);
      expect(await store.artifacts.find(local, 'art_2')).toMatchObject({
        edit: { origin: { type: 'carried', artifactId: 'art_1' } },
      });
      await store.artifacts.setDeletedAt(local, 'art_2', 500);
      expect(await store.artifacts.removeExpired(501)).toBe(1);
      expect(await store.artifacts.find(local, 'art_2', { trashed: true })).toBeNull();
      expect(await store.artifacts.edits(local, 'art_2')).toEqual([]);
    });

    it('go with their lecture', async () => {
      await store.artifacts.addEdit(local, 'art_1', anEdit(1, 'Gone'));
      await store.lectures.remove(local, 'lecture-1');
      await store.lectures.insert(local, aLecture());
      await store.artifacts.insert(local, anArtifact());
      expect(await store.artifacts.find(local, 'art_1')).toMatchObject({ version: 0 });
    });
  });
}
