import { systemScope } from '../../../core/domain/scope.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentDeadLetter, presentFigures, presentRetention, presentRunning } from '../present-operators.ts';

/** What operators may do; in personal mode the owner of everything is the operator. */
export function operatorHandlers(deps: ApiDeps) {
  const { operators } = deps;
  return {
    async listDeadLetters({ query }) {
      const page = await deps.store.jobs.deadLetters(systemScope, { cursor: query.cursor ?? null, limit: query.limit });
      return { status: 200, body: { deadLetters: page.items.map(presentDeadLetter), nextCursor: page.nextCursor } };
    },
    async getDeadLetter({ params }) {
      const job = await operators.findDeadLetter(params.jobId);
      return { status: 200, body: { ...presentDeadLetter(job), cause: job.cause } };
    },
    async replayDeadLetter({ params }) {
      return { status: 200, body: { jobId: (await operators.replayDeadLetter(params.jobId)).id } };
    },
    async replayAllDeadLetters() {
      return { status: 200, body: await operators.replayAllDeadLetters() };
    },
    async dropDeadLetter({ params }) {
      await operators.dropDeadLetter(params.jobId);
      return { status: 200, body: { dropped: 1 as const } };
    },
    async dropAllDeadLetters() {
      return { status: 200, body: { dropped: await operators.dropAllDeadLetters() } };
    },
    async getQueue({ query }) {
      const { figures, slots, running, nextCursor } = await operators.queue({ cursor: query.cursor ?? null, limit: query.limit });
      return {
        status: 200,
        body: {
          ...presentFigures(figures),
          slots: [...slots].map((one) => ({ ...one, kinds: [...one.kinds] })),
          running: running.map(presentRunning),
          nextCursor,
        },
      };
    },
    async applyRetention({ body, signal }) {
      return { status: 200, body: presentRetention(await operators.applyRetention(body, signal)) };
    },
  } satisfies Partial<Handlers>;
}
