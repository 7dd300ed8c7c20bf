import { AppError } from '../domain/app-error.ts';

/** Words or notes: one of them is enough to make files of. @throws AppError `transcript_not_found` with what to do */
export function requireContent({ lectureId, hasContent }: { lectureId: string; hasContent: boolean }): void {
  if (hasContent) return;
  throw new AppError(
    'transcript_not_found',
    `The lecture "${lectureId}" has no transcript and no notes yet. Make a transcript with POST /api/lectures/${lectureId}/transcribe, then export it.`,
  );
}
