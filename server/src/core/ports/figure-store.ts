import type { Scope } from '../domain/scope.ts';

/** One call of a language model that is paid for. */
export interface ModelUse {
  /** UTC, `2026-11-23`. */
  readonly day: string;
  readonly engine: string;
  readonly model: string;
  readonly purpose: 'notes' | 'answer';
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where the price is not known. */
  readonly costUsd: number | null;
}

/** The calls of one day, model and purpose together. */
export interface UsageOfDay extends Omit<ModelUse, 'costUsd'> {
  readonly calls: number;
  /** Of the calls whose price is known; null when none is. */
  readonly costUsd: number | null;
  /** Calls whose price is not known. */
  readonly unpricedCalls: number;
}

export type TallyName = 'questions' | 'cacheHits';

export interface Totals extends Readonly<Record<TallyName, number>> {
  /** What is there and not in the trash. */
  readonly lectures: number;
  readonly recordings: number;
  readonly documents: number;
}

/** Figures of what people used. They are added up where they lie, so that processes do not lose each other's. */
export interface FigureStore {
  /** The scope is an owner's. */
  use(scope: Scope, use: ModelUse): Promise<void>;
  /** Newest day first, then by engine, model and purpose; both days included. The scope is an owner's. */
  usage(scope: Scope, days: { readonly from: string; readonly to: string }): Promise<readonly UsageOfDay[]>;
  /** One more of these. The scope is an owner's. */
  tally(scope: Scope, name: TallyName): Promise<void>;
  /** The scope is an owner's. */
  totals(scope: Scope): Promise<Totals>;
}
