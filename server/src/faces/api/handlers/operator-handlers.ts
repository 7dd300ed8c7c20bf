import { AppError } from '../../../core/domain/app-error.ts';
import { LOCAL_OWNER, systemScope } from '../../../core/domain/scope.ts';
import type { ApiDeps, OwnerScope } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentDeadLetter, presentFigures, presentRetention, presentRunning } from '../present-operators.ts';

/** What operators may do; in personal mode the owner of everything is the operator. */
export function operatorHandlers(deps: ApiDeps) {
  const { operators } = deps;
  return {
    async listDeadLetters({ scope, query }) {
      requireOperator(scope);
      const page = await deps.store.jobs.deadLetters(systemScope, { cursor: query.cursor ?? null, limit: query.limit });
      return { status: 200, body: { deadLetters: page.items.map(presentDeadLetter), nextCursor: page.nextCursor } };
    },
    async getDeadLetter({ scope, params }) {
      requireOperator(scope);
      const job = await operators.findDeadLetter(params.jobId);
      return { status: 200, body: { ...presentDeadLetter(job), cause: job.cause } };
    },
    async replayDeadLetter({ scope, params }) {
      requireOperator(scope);
      return { status: 200, body: { jobId: (await operators.replayDeadLetter(params.jobId)).id } };
    },
    async replayAllDeadLetters({ scope }) {
      requireOperator(scope);
      return { status: 200, body: await operators.replayAllDeadLetters() };
    },
    async dropDeadLetter({ scope, params }) {
      requireOperator(scope);
      await operators.dropDeadLetter(params.jobId);
      return { status: 200, body: { dropped: 1 as const } };
    },
    async dropAllDeadLetters({ scope }) {
      requireOperator(scope);
      return { status: 200, body: { dropped: await operators.dropAllDeadLetters() } };
    },
    async getQueue({ scope, query }) {
      requireOperator(scope);
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
    async applyRetention({ scope, body, signal }) {
      requireOperator(scope);
      return { status: 200, body: presentRetention(await operators.applyRetention(body, signal)) };
    },
  } satisfies Partial<Handlers>;
}

/** Others are not told that there is something here. */
export function requireOperator(scope: OwnerScope): void {
  if (scope.ownerId !== LOCAL_OWNER)
    throw new AppError('route_not_found', 'There is nothing here for you. See /api/docs for what there is.');
}
