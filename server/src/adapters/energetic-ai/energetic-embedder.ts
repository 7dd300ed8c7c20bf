import { AppError } from '../../core/domain/app-error.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import { ThreadError, ThreadPool } from '../worker-thread/thread-pool.ts';
import type { EmbedMethods } from './embed.thread.ts';

export interface EnergeticEmbedderOptions {
  /** The thread and its 300 MB are given back after so long without work; 5 minutes when left out. */
  readonly idleMs?: number;
  /** The file the thread runs, for tests. */
  readonly threadFile?: URL;
}

/**
 * The model leaves much garbage behind: with V8's own limits the thread grew by 170 MB in 200 passages, with these it
 * stays where it is after 40.
 */
const HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 400 };

/** The model hears 128 tokens, which no 2,000 characters of English exceed by much; the rest only costs time. */
const MAX_TEXT_LENGTH = 2000;

/**
 * Vectors of the queries asked last are kept (2 KB each): a question is embedded to search and again to answer, and the sentences that
 * are compared with it come back with the next question.
 */
const KEPT_QUERIES = 200;

/**
 * `Embedder` on Universal Sentence Encoder lite (English, 512 dimensions), which comes with its package: nothing is
 * downloaded. It runs in one worker thread, loaded at the first text and again after a crash. Each text is a call of its
 * own (batches are no faster), so a query waits for at most one passage (80 ms).
 *
 * @example const embedder = createEnergeticEmbedder()
 */
export function createEnergeticEmbedder(options: EnergeticEmbedderOptions = {}): Embedder {
  const file = options.threadFile ?? new URL('./embed.thread.ts', import.meta.url);
  const pool = new ThreadPool<EmbedMethods>({ file, data: null, size: 1, idleMs: options.idleMs ?? 300_000, heap: HEAP });
  const kept = new Map<string, Float32Array>();
  const embedOne = async (text: string, urgent: boolean, signal: AbortSignal): Promise<Float32Array> => {
    const known = kept.get(text);
    const vector = known ?? (await pool.call('embed', text, { signal, urgent }));
    if (urgent) {
      // Put in again, it is the newest.
      kept.delete(text);
      kept.set(text, vector);
      for (const oldest of kept.keys()) if (kept.size > KEPT_QUERIES) kept.delete(oldest);
    }
    return vector.slice();
  };
  return {
    id: 'use-lite-en@0.2.0',
    dimensions: 512,
    languages: ['en'],
    async embed(texts, purpose, signal) {
      if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
      const urgent = purpose === 'query';
      // One controller for all texts of the call: when one fails, the others need not be worked on.
      const rest = new AbortController();
      const either = AbortSignal.any([signal, rest.signal]);
      try {
        return await Promise.all(texts.map((text) => embedOne(heard(text), urgent, either)));
      } catch (error) {
        rest.abort();
        throw embedderError(error);
      }
    },
    close: () => pool.close(),
  };
}

/** The model refuses an empty text. */
function heard(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH) || ' ';
}

function embedderError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const cause = { cause: error };
  if (error instanceof ThreadError && error.code === 'MODEL_UNAVAILABLE') {
    return new AppError('model_unavailable', 'The embedding model cannot be loaded. Run "npm ci" to install it again.', cause);
  }
  if (error instanceof ThreadError && error.code === 'THREAD_CLOSED') {
    return new AppError('server_stopping', 'The embedder has been closed.', cause);
  }
  return new AppError(
    'internal',
    'The embedding engine stopped in the middle of its work; it starts anew at the next try.',
    cause,
  );
}
