import { Readable } from 'node:stream';
import { AppError } from '../../../core/domain/app-error.ts';
import { isFinished, type Job } from '../../../core/domain/job.ts';
import type { ApiDeps, OwnerScope } from '../api-deps.ts';
import type { Handlers, RawAnswer } from '../handler.ts';
import { presentJob } from '../present.ts';
import { streamEvents } from '../stream-events.ts';

const HEARTBEAT_MS = 15_000;

export function jobHandlers(deps: ApiDeps, closing: AbortSignal) {
  const { heartbeatMs = HEARTBEAT_MS } = deps.settings;
  return {
    async listJobs({ scope, query }) {
      const { cursor = null, limit, ...filter } = query;
      const page = await deps.store.jobs.list(scope, filter, { cursor, limit });
      return { status: 200, body: { jobs: page.items.map(presentJob), nextCursor: page.nextCursor } };
    },
    async getJob({ scope, params }) {
      return { status: 200, body: presentJob(await findJob(deps, scope, params.jobId)) };
    },
    async cancelJob({ scope, params }) {
      return { status: 200, body: presentJob(await deps.cancelJob({ scope, ...params })) };
    },
    async streamJobEvents({ scope, params, headers, signal }): Promise<RawAnswer> {
      const { jobId } = params;
      const job = await findJob(deps, scope, jobId);
      const afterSeq = Number(headers['last-event-id'] ?? 0);
      if (afterSeq > 0 && isFinished(job.status)) {
        const rest = await deps.events.after(scope, jobId, afterSeq, 1);
        // 204 tells an EventSource not to come back.
        if (rest.length === 0) return { status: 204, headers: {}, body: null };
      }
      const until = AbortSignal.any([signal, closing]);
      const events = streamEvents(deps, { scope, jobId, afterSeq, heartbeatMs }, until);
      return {
        status: 200,
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
        },
        body: () => Readable.from(events, { objectMode: false }),
      };
    },
  } satisfies Partial<Handlers>;
}

async function findJob(deps: Pick<ApiDeps, 'store'>, scope: OwnerScope, jobId: string): Promise<Job> {
  const job = await deps.store.jobs.find(scope, jobId);
  if (job) return job;
  const latest = await deps.store.jobs.list(scope, {}, { cursor: null, limit: 3 });
  const known = latest.items.map((item) => item.id).join(', ');
  throw new AppError(
    'job_not_found',
    `There is no job "${jobId}". ${known ? `The latest are: ${known}.` : 'There are no jobs yet.'}`,
  );
}
