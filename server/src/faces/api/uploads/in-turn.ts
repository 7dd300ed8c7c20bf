/**
 * Runs so many works at a time, the others in the order of their coming. Between two the event loop comes round: what came meanwhile, a
 * question how the server is, does not wait for all of them.
 */
export function inTurn(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      setImmediate(() => {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      });
    }
  };
}
