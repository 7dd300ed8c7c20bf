import type { Clock, Log, Queue } from '../ports/index.ts';
import { makeBell } from './bell.ts';
import type { Runner } from './run-jobs.ts';

/** How often the queue is asked whether it is there. */
const ASK_MS = 1_000;

/**
 * `QUEUE_FALLBACK=inline`: runs jobs in this process while the queue cannot be reached, and stops taking them when it
 * is back (what is in work ends first, within `graceMs`). `start` gives a runner with `executedBy: 'inline'`.
 * A worker that still looks at the table may take a job first: the claim decides, as always.
 */
export function runInlineWhileAway(
  deps: { readonly queue: Pick<Queue, 'check'>; readonly clock: Clock; readonly log: Log },
  options: { readonly start: () => Runner; readonly graceMs: number },
): Runner {
  const { queue, clock, log } = deps;
  const bell = makeBell(clock);
  const stop = new AbortController();
  let runner: Runner | null = null;
  let graceMs = options.graceMs;

  async function change(): Promise<void> {
    const isThere = await queue.check().then(
      () => true,
      () => false,
    );
    if (stop.signal.aborted || isThere === (runner === null)) return;
    log.warn('application', isThere ? 'queue.inline-ended' : 'queue.inline-began');
    if (isThere) await end();
    else runner = options.start();
  }

  async function end(): Promise<void> {
    await runner?.stop({ graceMs });
    runner = null;
  }

  const looping = (async () => {
    while (!stop.signal.aborted) {
      try {
        await change();
      } catch (error) {
        log.error('error', 'queue.inline-failed', { cause: String(error) });
      }
      if (!stop.signal.aborted) await bell.wait(ASK_MS);
    }
  })();

  return {
    running: () => runner?.running() ?? 0,
    async stop(terms) {
      graceMs = terms.graceMs;
      stop.abort();
      bell.ring();
      const ended = runner?.stop(terms);
      await looping;
      await ended;
    },
  };
}
