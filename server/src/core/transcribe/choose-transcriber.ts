import { AppError } from '../domain/app-error.ts';
import type { Transcriber } from '../ports/transcriber.ts';

/**
 * The first engine that is ready; they come best first.
 *
 * @throws AppError `engine_unavailable`, with the cure for the engine that is easiest to get (the last)
 */
export async function chooseTranscriber(transcribers: readonly Transcriber[]): Promise<Transcriber> {
  let why = 'No speech engine is configured. Set TRANSCRIPTION_ENGINE=auto.';
  for (const transcriber of transcribers) {
    const missing = await transcriber.unavailable();
    if (missing === null) return transcriber;
    why = missing;
  }
  throw new AppError('engine_unavailable', why);
}
