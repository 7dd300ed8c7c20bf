export interface RecentAnswerTerms {
  /** For so long an answer, or that there was none, is given to everybody. */
  readonly freshMs: number;
  /** Longest wait for an answer. */
  readonly patienceMs: number;
  /** Milliseconds from any start; the monotonic clock when left out. */
  readonly now?: () => number;
}

/**
 * Asks at most once in `freshMs` however many want to know, and never twice at the same time. Null when there was no
 * answer: it failed, or takes longer than `patienceMs` (it is given to whoever asks once it is there).
 *
 * @example const figures = recentAnswer(() => store.jobs.figures(Date.now()), { freshMs: 5_000, patienceMs: 2_000 });
 */
export function recentAnswer<T>(ask: () => Promise<T>, terms: RecentAnswerTerms): () => Promise<T | null> {
  const { freshMs, patienceMs, now = () => performance.now() } = terms;
  let last: { readonly answer: T | null; readonly at: number } | null = null;
  let asking: Promise<T | null> | null = null;

  async function askNow(): Promise<T | null> {
    const answer = await ask().catch(() => null);
    last = { answer, at: now() };
    asking = null;
    return answer;
  }

  return async () => {
    if (last && now() - last.at < freshMs) return last.answer;
    asking ??= askNow();
    const patience = Promise.withResolvers<null>();
    const timer = setTimeout(() => patience.resolve(null), patienceMs);
    try {
      return await Promise.race([asking, patience.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
