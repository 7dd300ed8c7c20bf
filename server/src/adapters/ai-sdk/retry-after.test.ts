import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const after = (value: string) => retryAfterMs({ 'retry-after': value }, null, NOW);

describe('Retry-After', () => {
  it('is read as seconds and as a date', () => {
    expect([after('2'), after('0'), after(' 1.5 ')]).toEqual([2000, 0, 1500]);
    expect(after('Mon, 23 Nov 2026 10:00:30 GMT')).toBe(30_000);
    expect(after('Mon, 23 Nov 2026 09:00:00 GMT')).toBe(0);
  });

  it('is nothing when it says nothing', () => {
    expect([after('soon'), after(''), after('-5x')]).toEqual([null, null, null]);
    expect(retryAfterMs(undefined, null, NOW)).toBeNull();
  });

  it('gives way to the header that counts milliseconds', () => {
    expect(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '1' }, null, NOW)).toBe(250);
  });

  it('is found in the bodies of Google', () => {
    const body = (details: unknown) => JSON.stringify({ error: { code: 429, details } });
    expect(
      retryAfterMs(
        {},
        body([
          { '@type': 'x', violations: [] },
          { '@type': 'y', retryDelay: '3.5s' },
        ]),
        NOW,
      ),
    ).toBe(3500);
    for (const bad of ['', 'no JSON', 'null', body('x'), body([{ retryDelay: 'soon' }]), body([null])])
      expect(retryAfterMs({}, bad, NOW)).toBeNull();
  });
});
