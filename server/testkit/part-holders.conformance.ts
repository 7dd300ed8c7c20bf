import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { PartHolder, Store } from '../src/core/ports/store.ts';
import { aCourse, aJob, aLecture, aSource } from './builders.ts';

const scope = ownerScope(LOCAL_OWNER);
const KEY = 'transcribe:x';
const LEASE_MS = 100;

/** The rules of `StepOutputStore.reservePart`; part of `storeConformance`. */
export function partHoldersConformance(given: () => Store): void {
  let store: Store;

  async function running(id: string, now = 1_000): Promise<PartHolder> {
    await store.jobs.insert(scope, aJob({ id, kind: id }));
    return claimed(id, now);
  }

  async function claimed(id: string, now: number): Promise<PartHolder> {
    const job = await store.jobs.claim({ kinds: [id], workerId: 'w', now, leaseMs: LEASE_MS, executedBy: 'worker' });
    return { jobId: id, token: job?.lease?.token ?? 0 };
  }

  const part = { step: 'transcribe', sourceId: 'src_1' };
  const reserve = (holder: PartHolder, index = 0, now = 1_050) =>
    store.outputs.reservePart(scope, KEY, { ...part, index, holder, now });

  describe('reserving parts', () => {
    beforeEach(async () => {
      store = given();
      await store.courses.insert(scope, aCourse());
      await store.lectures.insert(scope, aLecture());
      await store.sources.insert(scope, aSource());
    });

    it('gives a part to one job, as often as that one asks', async () => {
      const [one, two] = [await running('one'), await running('two')];
      expect(await reserve(one)).toBe('mine');
      expect(await reserve(two)).toBe('taken');
      expect(await reserve(one)).toBe('mine');
      expect(await reserve(two, 1)).toBe('mine');
    });

    it('says that a part is done once it is stored, to everybody', async () => {
      const [one, two] = [await running('one'), await running('two')];
      await reserve(one);
      await store.outputs.putPart(scope, KEY, { ...part, index: 0, body: 'words' });
      expect(await reserve(one)).toBe('done');
      expect(await reserve(two)).toBe('done');
    });

    it('gives the part of a job whose lease ran out to another, and not back', async () => {
      const one = await running('one');
      await reserve(one);
      const two = await running('two', 1_000 + LEASE_MS);
      expect(await reserve(two, 0, 1_000 + LEASE_MS)).toBe('mine');
      expect(await reserve(one, 0, 1_001 + LEASE_MS)).toBe('taken');
    });

    it('gives the part of an earlier try to the next one', async () => {
      const first = await running('one');
      await reserve(first);
      const second = await claimed('one', 1_000 + LEASE_MS);
      expect(second.token).toBeGreaterThan(first.token);
      expect(await reserve(second, 0, 1_050 + LEASE_MS)).toBe('mine');
    });

    it('gives the parts of a job that has ended to another', async () => {
      const [one, two] = [await running('one'), await running('two')];
      await reserve(one);
      await store.jobs.finish({ ...one, workerId: 'w' }, { kind: 'done', result: null }, 1_060);
      expect(await reserve(two)).toBe('mine');
    });

    it('gives each part to one of many that ask at the same time', async () => {
      const jobs = await Promise.all(['a', 'b', 'c', 'd'].map((id) => running(id)));
      for (let index = 0; index < 5; index++) {
        const answers = await Promise.all(jobs.map((job) => reserve(job, index)));
        expect(answers.filter((answer) => answer === 'mine')).toHaveLength(1);
      }
    });
  });
}
