import { AppError } from '../domain/app-error.ts';
import type { Diarizer } from '../ports/diarizer.ts';

/** The first that is ready. @throws AppError `engine_unavailable` with what each lacks */
export async function chooseDiarizer(diarizers: readonly Diarizer[]): Promise<Diarizer> {
  const reasons: string[] = [];
  for (const diarizer of diarizers) {
    const reason = await diarizer.unavailable();
    if (reason === null) return diarizer;
    reasons.push(reason);
  }
  throw new AppError('engine_unavailable', reasons.join(' ') || 'Speakers are not told apart here: DIARIZATION is off.');
}
