import { DEFAULT_COURSE } from '../domain/library.ts';
import { uploadMetadataSchema } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import { DEFAULT_PRESET } from '../domain/preset.ts';
import type { UploadMetadata } from '../domain/upload.ts';

/** What is to become of an upload. */
export interface UploadWish {
  readonly courseId: string;
  /** Null makes a lecture of it; one that exists gets it as a further source. */
  readonly lectureId: string | null;
  readonly presetId: string;
  /** Null takes the file's name. */
  readonly title: string | null;
}

/**
 * Reads what the client said of its file.
 * @throws AppError `invalid_request`, naming the field
 */
export function readUploadWish(metadata: UploadMetadata): UploadWish {
  const given = Object.entries(metadata).filter(([, value]) => value !== null);
  const parsed = uploadMetadataSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'invalid_request',
      `Upload-Metadata: "${issue?.path.join('.') ?? ''}" ${issue?.message ?? 'is not valid'}.`,
    );
  }
  const { data } = parsed;
  return {
    courseId: data.courseId ?? data.course_id ?? DEFAULT_COURSE,
    lectureId: data.lectureId ?? data.lecture_id ?? null,
    presetId: data.presetId ?? data.preset_id ?? DEFAULT_PRESET,
    title: data.title ?? null,
  };
}
