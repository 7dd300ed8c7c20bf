import { AppError } from '../../core/domain/app-error.ts';
import { diarizationOf } from '../../core/diarize/diarization-of.ts';
import { newSpeech } from '../../core/diarize/new-speech.ts';
import { MAX_SPEAKERS, type Diarizer } from '../../core/ports/diarizer.ts';
import { samplesToMs } from '../../core/domain/audio.ts';
import { ThreadPool } from '../worker-thread/thread-pool.ts';
import type { DiarizeMethods } from './diarize.thread.ts';

const FILE = new URL('./diarize.thread.ts', import.meta.url);
/** Raised when the same sound gives other turns. */
const VERSION = 1;
/** Of speech that is looked at together; voices are linked from one to the next. About 10 MB while it is in work. */
const WINDOW_MS = 5 * 60_000;
/** Ten hours keep some ten megabytes. */
const HEAP = { maxOldGenerationSizeMb: 512 };

/**
 * Tells speakers apart by the average shape of their spectrum: needs no model, runs everywhere, and is only roughly right. It cannot hear
 * two who speak at once, and its picture of a voice changes with the microphone, so that it knows nobody again in another recording.
 * How wrong it is: docs/speakers.md. Works in a thread of its own, about 100 times as fast as the sound.
 */
export function createMfccDiarizer({ windowMs = WINDOW_MS } = {}): Diarizer {
  return {
    engine: 'mfcc',
    approximate: true,
    unavailable: async () => null,
    digest: async () => `mfcc:${VERSION}:${windowMs}`,
    async diarize(speech, { speakers, onProgress }, signal) {
      signal.throwIfAborted();
      const thread = new ThreadPool<DiarizeMethods>({ file: FILE, data: windowMs / 10, size: 1, idleMs: 60_000, heap: HEAP });
      try {
        for await (const chunk of newSpeech(speech)) {
          signal.throwIfAborted();
          const { startSample, utterances, samples } = chunk;
          await thread.call('hear', { startSample, utterances, samples, speakers }, { signal });
          onProgress?.(samplesToMs(chunk.endSample));
        }
        const turns = await thread.call('finish', { speakers, most: MAX_SPEAKERS }, { signal });
        return diarizationOf('mel cepstrum', turns);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError || !(error instanceof Error && error.name === 'ThreadError')) throw error;
        throw new AppError('engine_failed', 'Finding the speakers stopped unexpectedly. The transcript is kept; try again.', {
          cause: error,
        });
      } finally {
        await thread.close();
      }
    },
  };
}
