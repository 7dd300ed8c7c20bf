import type { SourceKind } from '@scholium/contract';

/** A course holds lectures. All `...At` times in the core are milliseconds since 1970. */
export interface Course {
  readonly id: string;
  readonly ownerId: string;
  readonly title: string;
  readonly createdAt: number;
  /** Set while the course is in the trash. */
  readonly deletedAt: number | null;
}

/** A lecture holds recordings and documents. Its id may be chosen by the client and is unique for its owner. */
export interface Lecture {
  readonly id: string;
  readonly ownerId: string;
  readonly courseId: string;
  readonly presetId: string;
  readonly title: string;
  readonly createdAt: number;
  readonly deletedAt: number | null;
  /** Retention leaves it alone. */
  readonly pinned: boolean;
}

/** One recording or document of a lecture. Its bytes lie under `blobKey`; `fileName` is shown and never used as a path. */
export interface Source {
  readonly id: string;
  readonly ownerId: string;
  readonly lectureId: string;
  readonly kind: SourceKind;
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly blobKey: string;
  /** Where a web page was asked for; null for files. Its size is 0 and its hash empty until it has been fetched. */
  readonly url: string | null;
  /** Known after the first decode. */
  readonly durationMs: number | null;
  readonly createdAt: number;
  readonly deletedAt: number | null;
}

/** Where lectures go that name no course. */
export const DEFAULT_COURSE = 'default';

/** How long something stays in the trash before it is gone for good. */
export const TRASH_DAYS = 7;
