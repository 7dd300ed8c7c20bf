import type { SeenProcess } from '../support/processes.ts';

/** A job that a killed worker had in hand. */
export interface Interrupted {
  readonly jobId: string;
  readonly kind: string;
  readonly killedAt: number;
}

/** What is written down while a world runs. */
export interface Tally {
  /** How often each fault struck, by its name. */
  readonly strikes: Map<string, number>;
  readonly interrupted: Interrupted[];
  /** Last words of processes that ended though nobody killed them. */
  readonly crashes: string[];
  /** Children of killed processes. */
  readonly children: SeenProcess[];
  /** What every process wrote to its log, those that are gone too. */
  readonly logs: (() => string)[];
  /** Faults that could not be made here, with the reason. */
  readonly skipped: Map<string, string>;
}

export function newTally(): Tally {
  return { strikes: new Map(), interrupted: [], crashes: [], children: [], logs: [], skipped: new Map() };
}
