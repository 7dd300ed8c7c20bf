import { expect, it } from 'vitest';
import { duration, fileSize } from './duration.ts';

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_725_000, '1 h 2 min'],
  [47 * 3_600_000, '47 h 0 min'],
  [200_000_000, '2 d 7 h'],
])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [1_500_000, '1.5 MB'],
  [999_600, '1.0 MB'],
  [31_400_000_000, '31 GB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (bytes, text) => expect(fileSize(bytes)).toBe(text));
