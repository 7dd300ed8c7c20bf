import { describe, expect, it } from 'vitest';
import { systemResolve } from './system-resolve.ts';

describe('systemResolve', () => {
  it('looks up two names at a time, in order, and goes on when one fails', async () => {
    const asked: string[] = [];
    const answers = new Map<string, PromiseWithResolvers<readonly string[]>>();
    const resolve = systemResolve((host) => {
      asked.push(host);
      const answer = Promise.withResolvers<readonly string[]>();
      answers.set(host, answer);
      return answer.promise;
    });
    const all = ['a', 'b', 'c', 'd'].map((host) => resolve(host).catch(() => ['failed']));
    const others = (): Promise<void> => new Promise((go) => setImmediate(go));
    await others();
    expect(asked).toEqual(['a', 'b']);
    answers.get('b')?.reject(new Error('no such name'));
    await others();
    expect(asked).toEqual(['a', 'b', 'c']);
    answers.get('a')?.resolve(['1.2.3.4']);
    await others();
    for (const host of ['c', 'd']) answers.get(host)?.resolve([host]);
    expect(await Promise.all(all)).toEqual([['1.2.3.4'], ['failed'], ['c'], ['d']]);
    const last = resolve('e');
    answers.get('e')?.resolve([]);
    expect(await last).toEqual([]);
  });

  it('asks the system for all addresses', async () => {
    const found = await systemResolve()('localhost');
    expect(found.length).toBeGreaterThan(0);
    for (const address of found) expect(['127.0.0.1', '::1']).toContain(address);
  });
});
