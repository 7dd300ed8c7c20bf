import { APICallError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { untilSettled } from '../../../testkit/language-model.conformance.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { askPatiently } from './ask-patiently.ts';
import { DEFAULT_PATIENCE, type Patience } from './model-settings.ts';

const never = new AbortController().signal;

const failing = (statusCode: number, responseHeaders: Record<string, string> = {}) =>
  new APICallError({ message: 'no', url: 'http://x', requestBodyValues: {}, statusCode, responseHeaders });

/** Asks something that fails so often, and tells after which pauses it was asked. */
async function pausesOf(errors: readonly Error[], patience: Partial<Patience> = {}, random = () => 1): Promise<number[]> {
  const clock = new ManualClock(Date.parse('2026-11-23T10:00:00Z'));
  const asked: number[] = [];
  const deps = {
    clock,
    patience: { ...DEFAULT_PATIENCE, ...patience },
    random,
    asked: { engine: 'openai', purpose: 'text' } as const,
    deadline: clock.now() + (patience.deadlineMs ?? DEFAULT_PATIENCE.deadlineMs),
  };
  const work = askPatiently(
    deps,
    async () => {
      asked.push(clock.now());
      const error = errors[asked.length - 1];
      if (error) throw error;
    },
    never,
  );
  await untilSettled(clock, work).catch(() => {});
  return asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
}

describe('asking patiently', () => {
  it('waits twice as long each time, up to a limit, and gives up after so many tries', async () => {
    const errors = Array.from({ length: 10 }, () => failing(500));
    expect(await pausesOf(errors)).toEqual([1000, 2000, 4000]);
    expect(await pausesOf(errors, { maxTries: 7, maxDelayMs: 3000 })).toEqual([1000, 2000, 3000, 3000, 3000, 3000]);
    expect(await pausesOf(errors, { maxTries: 1 })).toEqual([]);
  });

  it('spreads its pauses by chance', async () => {
    expect(await pausesOf([failing(500), failing(500)], {}, () => 0.25)).toEqual([250, 500]);
  });

  it('waits as long as it is told to, by seconds or by date', async () => {
    expect(await pausesOf([failing(429, { 'retry-after': '7' })], {}, () => 0)).toEqual([7000]);
    expect(await pausesOf([failing(503, { 'retry-after': 'Mon, 23 Nov 2026 10:00:12 GMT' })], {}, () => 0)).toEqual([12_000]);
  });

  it('does not wait for longer than its limit or its time', async () => {
    expect(await pausesOf([failing(429, { 'retry-after': '61' })])).toEqual([]);
    expect(await pausesOf([failing(429, { 'retry-after': '30' })], { deadlineMs: 20_000 })).toEqual([]);
  });

  it('does not ask again what is refused', async () => {
    for (const status of [400, 401, 403, 404, 413, 422]) expect(await pausesOf([failing(status)])).toEqual([]);
  });

  it('ends a pause at once when it is told to', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const deps = {
      clock,
      patience: DEFAULT_PATIENCE,
      random: () => 1,
      asked: { engine: 'openai', purpose: 'text' } as const,
      deadline: clock.now() + 1e6,
    };
    let asked = 0;
    const work = askPatiently(
      deps,
      async () => {
        asked += 1;
        throw failing(500);
      },
      stop.signal,
    );
    const outcome = expect(work).rejects.toMatchObject({ code: 'cancelled' });
    await clock.advance(10);
    stop.abort();
    await outcome;
    expect(asked).toBe(1);
  });
});
