import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Speaker } from '../src/core/domain/speaker.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, aSource } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

function aSpeaker(fields: Partial<Speaker> = {}): Speaker {
  return {
    ownerId: LOCAL_OWNER,
    sourceId: 'src_1',
    label: 'S1',
    name: 'Ada "the first" \u{1F600}',
    byVoice: false,
    colour: 0,
    engine: 'sherpa',
    approximate: false,
    speechMs: 61_000,
    voice: { space: 'made', vector: [0.6, -0.8] },
    ...fields,
  };
}

/** What every store does with speakers. */
export function speakersConformance(getStore: () => Store): void {
  describe('speakers', () => {
    let store: Store;
    beforeEach(async () => {
      store = getStore();
      await store.courses.insert(local, aCourse());
      await store.lectures.insert(local, aLecture({ id: 'lec_1' }));
      await store.sources.insert(local, aSource({ id: 'src_1', lectureId: 'lec_1' }));
      await store.sources.insert(local, aSource({ id: 'src_2', lectureId: 'lec_1' }));
    });

    it('are kept for each source, in the order of their colours', async () => {
      const second = aSpeaker({ label: 'S0', colour: 1, name: null, engine: null, approximate: true, voice: null });
      await store.speakers.replace(local, 'src_1', [second, aSpeaker()]);
      expect(await store.speakers.ofSource(local, 'src_1')).toEqual([aSpeaker(), second]);
      expect(await store.speakers.ofSource(local, 'src_2')).toEqual([]);
      expect(await store.speakers.ofSource(other, 'src_1')).toEqual([]);
    });

    it('are replaced all at once, or one by its label', async () => {
      await store.speakers.replace(local, 'src_1', [aSpeaker(), aSpeaker({ label: 'S2', colour: 1 })]);
      await store.speakers.put(local, aSpeaker({ label: 'S2', colour: 1, name: 'Grace', byVoice: true }));
      await store.speakers.put(local, aSpeaker({ label: 'S3', colour: 2 }));
      const named = (await store.speakers.ofSource(local, 'src_1')).map(({ label, name, byVoice }) => [label, name, byVoice]);
      expect(named).toEqual([
        ['S1', aSpeaker().name, false],
        ['S2', 'Grace', true],
        ['S3', aSpeaker().name, false],
      ]);
      await store.speakers.replace(local, 'src_1', [aSpeaker({ label: 'S9' })]);
      expect((await store.speakers.ofSource(local, 'src_1')).map(({ label }) => label)).toEqual(['S9']);
      await store.speakers.replace(local, 'src_1', []);
      expect(await store.speakers.ofSource(local, 'src_1')).toEqual([]);
    });

    it('belong to their owner', async () => {
      await expect(store.speakers.put(other, aSpeaker())).rejects.toThrow();
      await store.speakers.put(local, aSpeaker());
      await store.speakers.replace(other, 'src_1', []);
      expect(await store.speakers.ofSource(local, 'src_1')).toHaveLength(1);
    });

    it('are found in a course by their voices when a person named them', async () => {
      await store.speakers.replace(local, 'src_1', [
        aSpeaker(),
        aSpeaker({ label: 'S2', byVoice: true }),
        aSpeaker({ label: 'S3', name: null }),
        aSpeaker({ label: 'S4', voice: null }),
      ]);
      await store.speakers.replace(local, 'src_2', [aSpeaker({ sourceId: 'src_2', label: 'S7' })]);
      const labels = async () => (await store.speakers.namedInCourse(local, aCourse().id)).map(({ label }) => label);
      expect(await labels()).toEqual(['S1', 'S7']);
      expect(await store.speakers.namedInCourse(local, 'another')).toEqual([]);
      expect(await store.speakers.namedInCourse(other, aCourse().id)).toEqual([]);
      await store.sources.setDeletedAt(local, 'src_1', 5);
      expect(await labels()).toEqual(['S7']);
      await store.lectures.setDeletedAt(local, 'lec_1', 5);
      expect(await labels()).toEqual([]);
    });

    it('go with their source', async () => {
      await store.speakers.put(local, aSpeaker());
      await store.sources.remove(local, 'src_1');
      expect(await store.speakers.ofSource(local, 'src_1')).toEqual([]);
    });
  });
}
