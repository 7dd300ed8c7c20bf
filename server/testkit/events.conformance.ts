import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Events } from '../src/core/ports/events.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aJob } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);

/** What every `Events` must do, over the store that it keeps them in. */
export function eventsConformance(name: string, make: () => Promise<{ events: Events; store: Store }>): void {
  describe(`${name} as Events`, () => {
    let events: Events;
    let store: Store;
    beforeEach(async () => {
      ({ events, store } = await make());
      await store.jobs.insert(local, aJob());
      await store.jobs.insert(local, aJob({ id: 'job_2' }));
    });
    const publish = (jobId = 'job_1', scope = local) =>
      events.publish(scope, { jobId, at: 7, type: 'progress', data: { progress: 0.5, message: 'Half.' } });

    it('numbers events per job, keeps them, and reads on after any number', async () => {
      expect((await publish()).seq).toBe(1);
      expect((await publish('job_2')).seq).toBe(1);
      expect((await publish()).seq).toBe(2);
      const expected = { jobId: 'job_1', seq: 2, at: 7, type: 'progress', data: { progress: 0.5, message: 'Half.' } };
      expect(await events.after(local, 'job_1', 1, 10)).toEqual([expected]);
      expect(await events.after(local, 'job_1', 0, 1)).toHaveLength(1);
    });

    it('wakes the readers of the job and of no other, once the event can be read', async () => {
      const seen: number[] = [];
      const reading: Promise<void>[] = [];
      events.subscribe('job_1', () => {
        reading.push(events.after(local, 'job_1', 0, 10).then((list) => void seen.push(list.length)));
      });
      const others = vi.fn();
      events.subscribe('job_2', others);
      await publish();
      await vi.waitFor(() => expect(reading).toHaveLength(1));
      await Promise.all(reading);
      expect(seen).toEqual([1]);
      expect(others).not.toHaveBeenCalled();
    });

    it('wakes readers for events that a transaction wrote, when told', async () => {
      const wake = vi.fn();
      events.subscribe('job_1', wake);
      await store.transaction((tx) =>
        tx.jobEvents.append(local, { jobId: 'job_1', at: 8, type: 'status', data: { status: 'running' } }),
      );
      events.wake('job_1');
      await vi.waitFor(() => expect(wake).toHaveBeenCalled());
    });

    it('wakes no one who has unsubscribed, and the others still', async () => {
      const wake = vi.fn();
      const stop = events.subscribe('job_1', wake);
      events.subscribe('job_1', wake);
      stop();
      stop();
      await publish();
      await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1));
    });

    it('shows nothing of another owner, and takes nothing for an unknown job', async () => {
      await publish();
      expect(await events.after(ownerScope('other'), 'job_1', 0, 10)).toEqual([]);
      await expect(publish('job_1', ownerScope('other'))).rejects.toMatchObject({ code: 'job_not_found' });
      await expect(publish('gone')).rejects.toMatchObject({ code: 'job_not_found' });
    });
  });
}
