import type { LiveMarkReply } from '@scholium/contract';
import type { LiveMark } from '../domain/live-recording.ts';

/** A mark as clients get it. @param sourceId the recording that became of it; null while there is none */
export function presentMark(mark: LiveMark, sourceId: string | null): LiveMarkReply {
  const { id, liveId, lectureId, atMs, label, note, createdAt } = mark;
  return { id, liveId, lectureId, sourceId, atMs, label, note, createdAt: new Date(createdAt).toISOString() };
}
