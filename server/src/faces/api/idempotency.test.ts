import { expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { LOCAL_OWNER } from '../../core/domain/scope.ts';
import { once } from './idempotency.ts';

const request = { scope: { kind: 'owner' as const, ownerId: LOCAL_OWNER }, key: 'k', fingerprint: 'f' };
const answer = { status: 201, body: { id: 1 } };

it('a request that takes minutes is not begun a second time beside it', async () => {
  const clock = new ManualClock();
  const deps = { store: memoryStore(), clock };
  const work = Promise.withResolvers<typeof answer>();
  const first = once(deps, request, () => work.promise);
  for (let seconds = 0; seconds < 120; seconds += 3) await clock.advance(3_000);
  await expect(once(deps, request, async () => answer)).rejects.toMatchObject({ code: 'idempotency_in_progress' });
  work.resolve(answer);
  expect(await first).toEqual({ answer, replayed: false });
  expect(await once(deps, request, async () => ({ status: 200, body: 'again' }))).toEqual({ answer, replayed: true });
});

it('the error of the work is told, also when the store is away, and the key is free soon after', async () => {
  const clock = new ManualClock();
  const store = memoryStore();
  const release = (): Promise<void> => Promise.reject(new Error('the store is away'));
  const deps = { store: { replies: { ...store.replies, release } }, clock };
  const failing = once(deps, request, () => Promise.reject(new Error('the disk is full')));
  await expect(failing).rejects.toThrow('the disk is full');
  await clock.advance(15_000);
  expect(await once(deps, request, async () => answer)).toEqual({ answer, replayed: false });
});
