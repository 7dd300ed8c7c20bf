import type { UsageReply } from '@scholium/contract';
import type { Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { UsageOfDay } from '../ports/figure-store.ts';
import type { Store } from '../ports/store.ts';
import { dayOf } from './usage-recorder.ts';

const DAY_MS = 86_400_000;

/** What language models were used for in the last `days` days, today included (UTC). */
export async function readUsage(
  deps: { readonly store: Pick<Store, 'figures'>; readonly clock: Pick<Clock, 'now'> },
  input: { readonly scope: Scope; readonly days: number },
): Promise<UsageReply> {
  const now = deps.clock.now();
  const [from, to] = [dayOf(now - (input.days - 1) * DAY_MS), dayOf(now)];
  const usage = await deps.store.figures.usage(input.scope, { from, to });
  return { from, to, total: totalOf(usage), usage: [...usage] };
}

function totalOf(usage: readonly UsageOfDay[]): UsageReply['total'] {
  const sum = (of: (row: UsageOfDay) => number): number => usage.reduce((total, row) => total + of(row), 0);
  const priced = usage.filter(({ costUsd }) => costUsd !== null);
  return {
    calls: sum(({ calls }) => calls),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    // Nothing used costs nothing; used at a price that nobody knows is unknown, which is not nothing.
    costUsd: usage.length > 0 && priced.length === 0 ? null : sum(({ costUsd }) => costUsd ?? 0),
    unpricedCalls: sum(({ unpricedCalls }) => unpricedCalls),
  };
}
