/**
 * Hands jobs to workers. The `jobs` table is the truth; a queue only says "look now", so losing what it
 * holds loses no job.
 */
export interface Queue {
  /** Called after the transaction that wrote the job has been committed. */
  dispatch(job: { readonly id: string; readonly kind: string }): Promise<void>;
  /**
   * Calls `wake` when a job of this kind may be ready, of any kind for null. A promise that `wake` returns is kept
   * until the listener has looked and has room for more: a queue between processes then hands it nothing else of
   * that lane, so that a message goes to a process that is free. Returns the function that ends it.
   */
  onDispatch(wake: (kind: string | null) => void | Promise<void>): () => void;
  /** @throws AppError `queue_unreachable` */
  check(): Promise<void>;
  close(): Promise<void>;
}
