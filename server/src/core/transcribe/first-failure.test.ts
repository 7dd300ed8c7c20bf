import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { firstFailure } from './first-failure.ts';

describe('firstFailure', () => {
  it('gives what was waited for while nothing failed', async () => {
    expect(await firstFailure().unlessFailed(Promise.resolve(7))).toBe(7);
  });

  it('ends a wait at once with the first error, and every later wait too', async () => {
    const failure = firstFailure();
    const waiting = failure.unlessFailed(new Promise(() => {}));
    failure.report(new Error('first'));
    failure.report(new Error('second'));
    await expect(waiting).rejects.toThrow('first');
    await expect(failure.unlessFailed(Promise.resolve(1))).rejects.toThrow('first');
  });

  it('lets go of what it gave, so that a long loop holds one value at a time', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void; // the flag puts it into new contexts
    const failure = firstFailure();
    const given: WeakRef<object>[] = [];
    const giveOne = async (): Promise<void> => {
      const value = { samples: new Int16Array(16_000) };
      given.push(new WeakRef(value));
      await failure.unlessFailed(Promise.resolve(value));
    };
    for (let n = 0; n < 20; n++) await giveOne();
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds its target until the turn ends
    collect();
    expect(given.filter((reference) => reference.deref()).length).toBeLessThanOrEqual(1);
  });
});
