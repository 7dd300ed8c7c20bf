import { TRASH_DAYS, type Course, type Lecture, type Source } from '../../core/domain/library.ts';
import type {
  CourseReply,
  DocumentTextReply,
  JobReply,
  LectureReply,
  PresetReply,
  SourceReply,
  TranscriptVersion,
  TrashItemReply,
  TrashedReply,
} from '@scholium/contract';
import type { DocumentText } from '../../core/domain/document.ts';
import { builtInPresets, type Preset } from '../../core/domain/preset.ts';
import type { Job } from '../../core/domain/job.ts';
import type { TrashItem } from '../../core/library/trash.ts';
import type { TranscriptHistoryEntry } from '../../core/ports/store.ts';

const DAY_MS = 86_400_000;

export function presentCourse(course: Course): CourseReply {
  const { id, title } = course;
  return { id, title, createdAt: iso(course.createdAt), deletedAt: isoOrNull(course.deletedAt) };
}

export function presentLecture(lecture: Lecture): LectureReply {
  const { id, courseId, presetId, title, pinned } = lecture;
  return { id, courseId, presetId, title, pinned, createdAt: iso(lecture.createdAt), deletedAt: isoOrNull(lecture.deletedAt) };
}

export function presentSource(
  source: Source,
  { transcriptVersion, textVersion }: { transcriptVersion: number | null; textVersion: number | null },
): SourceReply {
  const { id, lectureId, kind, title, fileName, mediaType, sizeBytes, durationMs, url } = source;
  return {
    id,
    lectureId,
    kind,
    title,
    fileName,
    mediaType,
    sizeBytes,
    durationMs,
    transcriptVersion,
    textVersion,
    url,
    createdAt: iso(source.createdAt),
    deletedAt: isoOrNull(source.deletedAt),
  };
}

export function presentDocument(document: DocumentText): DocumentTextReply {
  const { ownerId: _, createdAt, pages, ...text } = document;
  return { ...text, createdAt: iso(createdAt), pages: [...pages] };
}

export function presentPreset(preset: Preset): PresetReply {
  const { id, title, artifacts, length, language, tone, instructions, version } = preset;
  const builtIn = builtInPresets.some((candidate) => candidate.id === id);
  return { id, title, artifacts: [...artifacts], length, language, tone, instructions, version, builtIn };
}

export function presentTrashed(row: { id: string; deletedAt: number | null }, now: number): TrashedReply {
  const deletedAt = row.deletedAt ?? now;
  return { id: row.id, deletedAt: iso(deletedAt), restorableUntil: iso(deletedAt + TRASH_DAYS * DAY_MS) };
}

export function presentJob(job: Job): JobReply {
  const { kind, lectureId, sourceId, status, progress, message, attempts, parentJobId, executedBy } = job;
  return {
    jobId: job.id,
    kind,
    lectureId,
    sourceId,
    status,
    progress,
    message,
    attempts,
    parentJobId,
    executedBy,
    transitions: job.transitions.map((transition) => ({ status: transition.status, at: iso(transition.at) })),
    createdAt: iso(job.createdAt),
    startedAt: isoOrNull(job.startedAt),
    finishedAt: isoOrNull(job.finishedAt),
    result: job.result ?? null,
    error: job.error ? { code: job.error.code, detail: job.error.detail } : null,
  };
}

export function presentTranscriptVersion({ createdAt, ...entry }: TranscriptHistoryEntry): TranscriptVersion {
  return { ...entry, createdAt: iso(createdAt) };
}

export function presentTrashItem(item: TrashItem): TrashItemReply {
  const { type, id, lectureId, title } = item;
  return { type, id, lectureId, title, deletedAt: iso(item.deletedAt), restorableUntil: iso(item.purgeAt) };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
