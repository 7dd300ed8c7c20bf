import { createHash } from 'node:crypto';
import { AppError } from '../../core/domain/app-error.ts';
import type { Clock, Store } from '../../core/ports/index.ts';
import type { OwnerScope } from './api-deps.ts';

/** A reservation that was not renewed for so long belongs to a process that died, and the request may be sent again. */
const STALE_MS = 15_000;
const RENEW_MS = 3_000;

export interface OnceDeps {
  readonly store: Pick<Store, 'replies'>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What tells two requests apart. `body` is the parsed JSON, or the fields and checksum of a form. */
export function fingerprintOf(request: { method: string; url: string; body: unknown }): string {
  const text = JSON.stringify([request.method, request.url, canonical(request.body ?? null)]);
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Does `work` once per key: the same request again gets the reply that was given, marked as replayed. A failure
 * is not kept, so the client may try again.
 *
 * @throws AppError `idempotency_in_progress`, `idempotency_key_reused`, and what `work` throws
 */
export async function once<A extends JsonAnswer>(
  deps: OnceDeps,
  request: { scope: OwnerScope; key: string; fingerprint: string },
  work: () => Promise<A>,
): Promise<{ answer: A; replayed: boolean }> {
  const { scope, key } = request;
  const begun = await deps.store.replies.begin(scope, key, request.fingerprint, deps.clock.now(), STALE_MS);
  if (begun.state === 'done') {
    // What was stored is an answer of the same operation: the fingerprint holds method and path.
    return { answer: { status: begun.status, body: JSON.parse(begun.body) } as A, replayed: true };
  }
  if (begun.state === 'busy') {
    throw new AppError(
      'idempotency_in_progress',
      'The same request is still being worked on. Wait a moment, then send it again.',
    );
  }
  if (begun.state === 'reused') {
    throw new AppError(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request. Make a new key for each request.',
    );
  }
  let answer: A;
  const ended = new AbortController();
  void renew(deps, request, ended.signal);
  try {
    answer = await work();
  } catch (error) {
    // When this fails too, the reservation is over after STALE_MS, and the first error is the one to tell.
    await deps.store.replies.release(scope, key).catch(() => {});
    throw error;
  } finally {
    ended.abort();
  }
  await deps.store.replies.complete(scope, key, { status: answer.status, body: JSON.stringify(answer.body) });
  return { answer, replayed: false };
}

/** Says that the request is in work, as long as it is. */
async function renew(
  { store, clock }: OnceDeps,
  { scope, key }: { scope: OwnerScope; key: string },
  ended: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(RENEW_MS, ended);
    if (ended.aborted) return;
    await store.replies.renew(scope, key, clock.now()).catch(() => {}); // the next one may get through
  }
}

/** The same value with its keys in order, so that their order in the request does not count. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, canonical(item)]),
  );
}
