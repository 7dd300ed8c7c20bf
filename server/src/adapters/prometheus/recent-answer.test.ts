import { expect, test } from 'vitest';
import { recentAnswer } from './recent-answer.ts';

function asking(answers: (() => Promise<number>)[]) {
  const state = { asked: 0, nowMs: 0 };
  const terms = { freshMs: 100, patienceMs: 5, now: () => state.nowMs };
  const ask = recentAnswer(() => (answers[state.asked++] ?? (async () => -1))(), terms);
  return { state, ask };
}

test('an answer is given to everybody until it is too old', async () => {
  const { state, ask } = asking([async () => 1, async () => 2]);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  state.nowMs = 99;
  expect(await ask()).toBe(1);
  state.nowMs = 100;
  expect(await ask()).toBe(2);
  expect(state.asked).toBe(2);
});

test('a failure is not asked about again at once, and is got over', async () => {
  const { state, ask } = asking([() => Promise.reject(new Error('away')), async () => 2]);
  expect([await ask(), await ask()]).toEqual([null, null]);
  expect(state.asked).toBe(1);
  state.nowMs = 100;
  expect(await ask()).toBe(2);
});

test('a slow answer keeps nobody waiting, is asked for once, and is given when it is there', async () => {
  const late = Promise.withResolvers<number>();
  const { state, ask } = asking([() => late.promise]);
  expect([await ask(), await ask()]).toEqual([null, null]);
  late.resolve(7);
  await late.promise;
  expect(await ask()).toBe(7);
  expect(state.asked).toBe(1);
});
