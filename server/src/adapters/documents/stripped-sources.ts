import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** JavaScript of our modules by their URL. */
export type Sources = Readonly<Record<string, string>>;

const THREAD = new URL('./strip-sources.thread.ts', import.meta.url);

/**
 * Modules and all of ours that they import, without their types. Made once, in a thread of its own, and kept: to load what takes types
 * away costs a process 0.2 to 0.3 s, more than a short document takes to be read.
 */
export function createStrippedSources(entries: readonly URL[]): () => Promise<Sources> {
  let kept: Promise<Sources> | null = null;
  return () => {
    kept ??= strip(entries).catch((error: unknown) => {
      kept = null;
      throw error;
    });
    return kept;
  };
}

async function strip(entries: readonly URL[]): Promise<Sources> {
  const options = { workerData: entries.map(({ href }) => href), execArgv: ['--disable-warning=ExperimentalWarning'] };
  const [sources] = await once(new Worker(THREAD, options), 'message');
  return sources as Sources; // the thread sends nothing else
}
