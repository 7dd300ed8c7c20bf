import type { Artifact } from '../domain/artifact.ts';
import type { Course, Lecture, Source } from '../domain/library.ts';
import type { Transcript } from '../domain/transcript.ts';

/** All of a lecture that goes into its files. */
export interface LectureDocument {
  readonly lecture: Pick<Lecture, 'id' | 'ownerId' | 'courseId' | 'title' | 'createdAt'>;
  /** Oldest first; only those that have a transcript. */
  readonly recordings: readonly RecordingDocument[];
  readonly artifacts: readonly Artifact[];
  /** Null when it is in the trash. */
  readonly course: Pick<Course, 'id' | 'title'> | null;
  /** Papers and slides of the lecture, which citations name by their titles. */
  readonly documents: readonly { readonly id: string; readonly title: string; readonly language: string | null }[];
  /** Of the web app, where places link to; null when it is not known. */
  readonly publicUrl: string | null;
}

export interface RecordingDocument {
  readonly source: Pick<Source, 'id' | 'title' | 'fileName' | 'mediaType' | 'durationMs'>;
  readonly transcript: Transcript;
}

/** Where each recording begins when they are played one after another: what subtitles of several need. */
export function startsOf(recordings: readonly RecordingDocument[]): readonly number[] {
  let next = 0;
  return recordings.map(({ transcript }) => {
    const start = next;
    const lastWordMs = transcript.segments.at(-1)?.endMs ?? 0;
    next += Math.max(transcript.durationMs, lastWordMs);
    return start;
  });
}
