/** Both stores sign for a week at most. */
const MOST_SECONDS = 7 * 24 * 60 * 60;

/** @throws RangeError for a lifetime that no store signs: a fault of the program */
export function lifetimeOf(expiresSeconds: number): number {
  if (Number.isInteger(expiresSeconds) && expiresSeconds >= 1 && expiresSeconds <= MOST_SECONDS) return expiresSeconds;
  throw new RangeError(`A signed address lives 1 to ${MOST_SECONDS} seconds, not ${expiresSeconds}.`);
}
