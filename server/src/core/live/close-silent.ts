import { ownerScope, systemScope } from '../domain/scope.ts';
import { closeLive, type CloseLiveDeps } from './close-live.ts';
import type { LiveDeps, OwnerScope } from './live-deps.ts';

type CloseSilentDeps = CloseLiveDeps & Pick<LiveDeps, 'clock' | 'log'>;

const BATCH = 100;
/** How late a recording may be closed, at most. */
const LOOK_MS = 15_000;

/**
 * Closes recordings that got no sound for `closeAfterMs`: their browsers, or their server, never came back. Returns how many.
 */
export async function closeSilent(deps: CloseSilentDeps, closeAfterMs: number, signal: AbortSignal): Promise<number> {
  let closed = 0;
  for (const { id, ownerId } of await deps.store.live.silent(systemScope, deps.clock.now() - closeAfterMs, BATCH)) {
    if (signal.aborted) break;
    // `ownerScope` widens to Scope; this one is an owner's.
    const scope = ownerScope(ownerId) as OwnerScope;
    const { status } = await closeLive(deps, { scope, liveId: id });
    deps.log.info('audit', 'live.closed-by-itself', { liveId: id, ownerId, status });
    closed += 1;
  }
  return closed;
}

/** Looks for them now and again and again. Safe in any number of processes. Returns the function that ends it. */
export function scheduleLiveClosing(
  deps: CloseSilentDeps,
  { closeAfterMs }: { readonly closeAfterMs: number },
): () => Promise<void> {
  const stop = new AbortController();
  const looping = loop();
  return async () => {
    stop.abort();
    await looping;
  };

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await closeSilent(deps, closeAfterMs, stop.signal);
      } catch (error) {
        deps.log.warn('application', 'live.not-closed', { cause: String(error) });
      }
      await deps.clock.sleep(Math.min(LOOK_MS, closeAfterMs), stop.signal);
    }
  }
}
