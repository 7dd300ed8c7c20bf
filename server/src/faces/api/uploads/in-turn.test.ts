import { describe, expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

describe('works in turn', () => {
  it('run so many at a time, in the order of their coming, and all of them though some fail', async () => {
    const run = inTurn(2);
    const begun: number[] = [];
    let [inside, most] = [0, 0];
    const work = async (number: number): Promise<number> => {
      begun.push(number);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (number % 3 === 0) throw new Error(`${number} fails`);
      return number;
    };
    const numbers = Array.from({ length: 12 }, (_, number) => number);
    const ended = await Promise.allSettled(numbers.map((number) => run(() => work(number))));
    expect(begun).toEqual(numbers);
    expect(most).toBe(2);
    expect(ended.map(({ status }) => status === 'fulfilled')).toEqual(numbers.map((number) => number % 3 !== 0));
    expect(await run(() => work(1))).toBe(1);
  });

  it('let others have their turn between two works', async () => {
    const run = inTurn(1);
    const seen: string[] = [];
    const works = ['a', 'b', 'c'].map((name) => run(async () => void seen.push(name)));
    setImmediate(() => seen.push('other'));
    await Promise.all(works);
    expect(seen.indexOf('other')).toBeLessThan(2);
  });
});
