/** What a pool holds: ended by `close`, which resolves when it is gone and may be called again. */
export interface PooledProcess {
  close(): Promise<void>;
}

export interface ProcessPool<Process extends PooledProcess> {
  /**
   * Runs `work` with a process of its own, in the order of the calls. A process whose work fails, or is aborted, is
   * ended, and the next call gets a new one.
   */
  use<T>(work: (process: Process) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Ends all processes. */
  close(): Promise<void>;
}

/**
 * Starts `size` processes at once: loading the model takes a second, which passes while the first sound is decoded. When one
 * cannot be started the others are ended.
 */
export async function openProcessPool<Process extends PooledProcess>(
  size: number,
  start: () => Promise<Process>,
): Promise<ProcessPool<Process>> {
  const starts = await Promise.allSettled(Array.from({ length: size }, start));
  const idle: Process[] = starts.flatMap((made) => (made.status === 'fulfilled' ? [made.value] : []));
  const failed = starts.find((made) => made.status === 'rejected');
  if (failed) {
    await Promise.all(idle.map((process) => process.close()));
    throw failed.reason;
  }
  const started = new Set(idle);
  const waiting: (() => void)[] = [];
  let free = size;

  async function takePlace(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** A place goes straight to who waits longest, so that nobody overtakes. */
  function givePlace(): void {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }

  async function startAnother(): Promise<Process> {
    const process = await start();
    started.add(process);
    return process;
  }

  return {
    async use(work, signal) {
      await takePlace();
      try {
        signal.throwIfAborted();
        const process = idle.pop() ?? (await startAnother());
        return await runWith(process, work, signal);
      } finally {
        givePlace();
      }
    },
    async close() {
      await Promise.all([...started].map((process) => process.close()));
    },
  };

  async function runWith<T>(process: Process, work: (process: Process) => Promise<T>, signal: AbortSignal): Promise<T> {
    let isGood = false;
    const end = (): void => void process.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      const result = await work(process);
      isGood = !signal.aborted;
      return result;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
      if (isGood) idle.push(process);
      else {
        await process.close();
        started.delete(process);
      }
    }
  }
}
