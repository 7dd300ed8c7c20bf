import { AppError } from '../../core/domain/app-error.ts';
import type { StudyGuide } from '../../core/domain/study-guide.ts';
import type { DocumentRenderer } from '../../core/ports/export-renderers.ts';
import type { ThreadMethods } from './serve-thread.ts';
import { ThreadPool } from './thread-pool.ts';

/** A 30,000-word transcript takes under 200 MB; more than this is a document that should not take the server with it. */
const HEAP = { maxOldGenerationSizeMb: 1024 };

/**
 * A renderer whose work is done in a thread: one for each document, which ends with the work or with the signal, so
 * that an abort ends it in the middle and its libraries take no memory afterwards.
 *
 * @param file what the thread runs
 * @param work calls the thread
 */
export function renderInThread<Methods extends ThreadMethods>(
  file: URL,
  work: (thread: ThreadPool<Methods>, guide: StudyGuide, signal: AbortSignal) => Promise<Uint8Array>,
): DocumentRenderer {
  const closing = new AbortController();
  return {
    async render(guide, signal) {
      const thread = new ThreadPool<Methods>({ file, data: null, size: 1, idleMs: 0, heap: HEAP });
      try {
        return await work(thread, guide, AbortSignal.any([signal, closing.signal]));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError) throw error;
        throw new AppError('internal', 'The document could not be written. Try again, or export another type.', { cause: error });
      } finally {
        await thread.close();
      }
    },
    close: async () => closing.abort(new AppError('cancelled', 'The server is stopping.')),
  };
}
