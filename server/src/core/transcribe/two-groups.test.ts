import { expect, it } from 'vitest';
import { twoGroups } from './two-groups.ts';

it('splits numbers where they fall apart', () => {
  expect(twoGroups([10, 1, 2, 11, 12, 1.5, 2.5])).toMatchObject({ above: 3 });
  const found = twoGroups([10, 1, 2, 11, 12, 1.5, 2.5]);
  expect(found?.at).toBe(6.25);
  expect(found?.apart).toBeGreaterThan(8);
});

it('tells numbers of one group by how little they are apart', () => {
  const even = Array.from({ length: 100 }, (_, i) => i);
  expect(twoGroups(even)?.apart).toBeLessThan(3.6);
  const bell = even.map((i) => Math.log((i + 1) / (100.5 - i)));
  expect(twoGroups(bell)?.apart).toBeLessThan(3.2);
});

it('has no groups without two different numbers', () => {
  expect(twoGroups([])).toBeNull();
  expect(twoGroups([3])).toBeNull();
  expect(twoGroups([3, 3, 3])).toBeNull();
  expect(twoGroups([1, 2])?.apart).toBe(Infinity);
});
