import { afterEach, describe, expect, it } from 'vitest';
import type { EchoMethods } from './echo.fixture.thread.ts';
import { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';

const pools: ThreadPool<EchoMethods>[] = [];

function makePool(options: Partial<ThreadPoolOptions> = {}): ThreadPool<EchoMethods> {
  const file = new URL('./echo.fixture.thread.ts', import.meta.url);
  const pool = new ThreadPool<EchoMethods>({ file, data: '> ', size: 1, idleMs: 60_000, ...options });
  pools.push(pool);
  return pool;
}

/** A shared cell a thread waits at until it is opened. */
function makeGate(): { buffer: SharedArrayBuffer; open: () => void } {
  const buffer = new SharedArrayBuffer(4);
  const cell = new Int32Array(buffer);
  const open = (): void => {
    Atomics.store(cell, 0, 1);
    Atomics.notify(cell, 0);
  };
  return { buffer, open };
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('a thread pool', () => {
  it('starts a thread at the first call and answers from it', async () => {
    const pool = makePool();
    expect(pool.threads).toBe(0);
    expect(await pool.call('echo', 'hello')).toBe('> hello');
    expect(pool.threads).toBe(1);
  });

  it('passes on the code and message of an error and goes on', async () => {
    const pool = makePool();
    await expect(pool.call('fail', 'SQLITE_FULL')).rejects.toMatchObject({ code: 'SQLITE_FULL', message: 'it failed' });
    expect(await pool.call('echo', 'again')).toBe('> again');
  });

  it('rejects the call in work when the thread dies, and starts another for the next', async () => {
    const pool = makePool();
    const before = await pool.call('threadId', undefined);
    await expect(pool.call('die', undefined)).rejects.toMatchObject({ code: 'THREAD_DIED' });
    expect(await pool.call('threadId', undefined)).not.toBe(before);
  });

  it('lets the calls that wait go on when the thread dies', async () => {
    const pool = makePool();
    const [died, waited] = await Promise.allSettled([pool.call('die', undefined), pool.call('echo', 'still here')]);
    expect(died.status).toBe('rejected');
    expect(waited).toMatchObject({ value: '> still here' });
  });

  it('takes urgent calls before the others that wait', async () => {
    const pool = makePool();
    const gate = makeGate();
    const order: string[] = [];
    const held = pool.call('hold', gate.buffer);
    const note = (text: string): void => void order.push(text);
    const rest = [
      pool.call('echo', 'first').then(note),
      pool.call('echo', 'urgent', { urgent: true }).then(note),
      pool.call('echo', 'second').then(note),
      pool.call('echo', 'urgent too', { urgent: true }).then(note),
    ];
    gate.open();
    await Promise.all([held, ...rest]);
    expect(order).toEqual(['> urgent', '> urgent too', '> first', '> second']);
  });

  it('rejects an aborted call at once, whether it waits or is in work', async () => {
    const pool = makePool();
    const gate = makeGate();
    const controller = new AbortController();
    const inWork = pool.call('hold', gate.buffer, { signal: controller.signal });
    const waiting = pool.call('echo', 'never', { signal: controller.signal });
    controller.abort();
    await expect(inWork).rejects.toMatchObject({ code: 'cancelled' });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(pool.call('echo', 'x', { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    gate.open();
    expect(await pool.call('echo', 'next')).toBe('> next');
  });

  it('uses as many threads as it may when calls come together', async () => {
    const pool = makePool({ size: 2 });
    const gate = makeGate();
    const held = pool.call('hold', gate.buffer);
    expect(await pool.call('echo', 'beside')).toBe('> beside');
    expect(pool.threads).toBe(2);
    gate.open();
    await held;
  });

  it('ends a thread that had nothing to do, and starts one again when needed', async () => {
    const pool = makePool({ idleMs: 1 });
    await pool.call('echo', 'once');
    await expect.poll(() => pool.threads).toBe(0);
    expect(await pool.call('echo', 'twice')).toBe('> twice');
  });

  it('rejects what is in work and what waits when it is closed, and every later call', async () => {
    const pool = makePool();
    const gate = makeGate();
    const calls = [pool.call('hold', gate.buffer), pool.call('echo', 'waits')];
    const settled = Promise.allSettled(calls);
    gate.open();
    await pool.close();
    const results = await settled;
    expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'THREAD_CLOSED' } });
    await expect(pool.call('echo', 'late')).rejects.toMatchObject({ code: 'THREAD_CLOSED' });
    expect(pool.threads).toBe(0);
  });
});
