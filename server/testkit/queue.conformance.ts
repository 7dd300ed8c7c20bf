import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Queue } from '../src/core/ports/queue.ts';

/** What every `Queue` must do. `make` gives queues that share what they carry. */
export function queueConformance(name: string, make: () => Promise<Queue>): void {
  describe(`${name} as a Queue`, () => {
    let queue: Queue;
    beforeEach(async () => {
      queue = await make();
    });
    afterEach(() => queue.close());

    it('wakes everyone who listens, with the kind of the job', async () => {
      const [one, two] = [vi.fn(), vi.fn()];
      queue.onDispatch(one);
      queue.onDispatch(two);
      await queue.dispatch({ id: 'job_1', kind: 'transcribe' });
      await vi.waitFor(() => expect(one).toHaveBeenCalledWith('transcribe'));
      await vi.waitFor(() => expect(two).toHaveBeenCalledWith('transcribe'));
    });

    it('wakes no one who has stopped listening', async () => {
      const [one, two] = [vi.fn(), vi.fn()];
      const stop = queue.onDispatch(one);
      queue.onDispatch(two);
      stop();
      stop();
      await queue.dispatch({ id: 'job_1', kind: 'index' });
      await vi.waitFor(() => expect(two).toHaveBeenCalled());
      expect(one).not.toHaveBeenCalled();
    });

    it('takes jobs that nobody waits for', async () => {
      await expect(queue.dispatch({ id: 'job_1', kind: 'index' })).resolves.toBeUndefined();
      await expect(queue.check()).resolves.toBeUndefined();
    });
  });
}
