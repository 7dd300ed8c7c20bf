import { isFinished, type JobEvent } from '../../core/domain/job.ts';
import { makeBell } from '../../core/jobs/bell.ts';
import type { Clock, Events, Store } from '../../core/ports/index.ts';
import type { OwnerScope } from './api-deps.ts';

const PAGE = 100;

/** How often the store is asked for what another process wrote; what this one writes comes at once. */
const LOOK_MS = 1_000;

export interface EventStreamInput {
  readonly scope: OwnerScope;
  readonly jobId: string;
  readonly afterSeq: number;
  readonly heartbeatMs: number;
}

/**
 * The text of a job's event stream (WHATWG server-sent events): what is stored after `afterSeq`, then what
 * happens, until the job has ended. Pulled by the reader, so a slow one costs no memory. A silent stream
 * sends a comment every `heartbeatMs`, so that proxies keep the line.
 */
export async function* streamEvents(
  deps: { clock: Clock; events: Events; store: { jobs: Pick<Store['jobs'], 'find'> } },
  input: EventStreamInput,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const { scope, jobId } = input;
  const bell = makeBell(deps.clock);
  const ring = () => bell.ring();
  signal.addEventListener('abort', ring, { once: true });
  const unsubscribe = deps.events.subscribe(jobId, ring);
  let lastSeq = input.afterSeq;
  let lastStatus: unknown = null;
  let spokeAt = performance.now();
  try {
    yield 'retry: 1000\n\n';
    while (!signal.aborted) {
      // The job is read before its events: what ended it was published by then or is told below.
      const job = await deps.store.jobs.find(scope, jobId);
      const events = await deps.events.after(scope, jobId, lastSeq, PAGE);
      for (const event of events) {
        yield format(event);
        lastSeq = event.seq;
        if (event.type === 'status') lastStatus = (event.data as { status?: unknown }).status; // by the record's contract
      }
      if (events.length === PAGE) continue;
      if (!job) return;
      if (isFinished(job.status)) {
        if (lastStatus !== job.status) yield `event: status\ndata: ${JSON.stringify({ status: job.status })}\n\n`;
        return;
      }
      if (events.length > 0) spokeAt = performance.now();
      const silence = performance.now() - spokeAt;
      if (silence >= input.heartbeatMs) {
        yield ': still here\n\n';
        spokeAt = performance.now();
        continue;
      }
      await bell.wait(Math.min(LOOK_MS, input.heartbeatMs - silence));
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', ring);
  }
}

function format(event: JobEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
