import type { JobEvent } from '../domain/job.ts';
import type { Scope } from '../domain/scope.ts';

/** What happens to jobs, kept so that a reader who lost the line goes on where it was. */
export interface Events {
  /** Appends an event and wakes the readers. Returns it with its number. */
  publish(scope: Scope, event: Omit<JobEvent, 'seq'>): Promise<JobEvent>;
  /** Wakes the readers of a job whose event was appended by a transaction (`jobEvents.append`) that is committed now. */
  wake(jobId: string): void;
  /** Events of a job with `seq > afterSeq`, in order. */
  after(scope: Scope, jobId: string, afterSeq: number, limit: number): Promise<readonly JobEvent[]>;
  /** Calls `wake` whenever the job may have new events. Returns the function that ends it. */
  subscribe(jobId: string, wake: () => void): () => void;
}
