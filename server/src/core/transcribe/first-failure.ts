export interface FirstFailure {
  /** The first error counts; later ones are consequences. */
  report(error: unknown): void;
  /** `wait`, or the reported error as soon as there is one. One call at a time. */
  unlessFailed<T>(wait: Promise<T>): Promise<T>;
}

/**
 * Tells a waiting loop that work beside it has failed. Not `Promise.race` with one promise for the whole loop: that one
 * would hold every value that was ever raced against it (all sound of a recording, in our case) until the loop ends.
 */
export function firstFailure(): FirstFailure {
  let failed: { readonly error: unknown } | null = null;
  let tell: (error: unknown) => void = () => {};
  return {
    report(error) {
      failed ??= { error };
      tell(failed.error);
    },
    unlessFailed: (wait) =>
      new Promise((resolve, reject) => {
        tell = reject;
        wait.then(resolve, reject);
        if (failed) reject(failed.error);
      }),
  };
}
