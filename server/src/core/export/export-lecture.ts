import type { ExportResult, ExportType } from '@scholium/contract';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import type { JobCompletion } from '../jobs/job-kind.ts';
import { findLecture } from '../library/find.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { exportFormats } from './formats.ts';
import type { LectureDocument, RecordingDocument } from './lecture-document.ts';

export interface ExportLectureDeps {
  readonly store: Store;
  readonly blobs: Pick<Blobs, 'put' | 'remove' | 'uri'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ExportLectureInput {
  readonly scope: Scope;
  readonly lectureId: string;
  readonly types: readonly ExportType[];
  readonly onProgress?: (fraction: number, message: string) => void;
}

/**
 * Writes a lecture's files and puts them in place of the ones before. Notes are left out where there are none.
 * Doing it again is harmless: a file is named for its content.
 *
 * @throws AppError `lecture_not_found`, `transcript_not_found`, those of `Blobs.put`
 */
export async function exportLecture(
  deps: ExportLectureDeps,
  input: ExportLectureInput,
  signal: AbortSignal,
): Promise<(tx: Store) => Promise<JobCompletion>> {
  const { scope, types } = input;
  const document = await gather(deps.store, input);
  const exports: ExportResult['exports'] = [];
  for (const [index, type] of types.entries()) {
    signal.throwIfAborted();
    input.onProgress?.(index / types.length, `Writing ${type}.`);
    const blobKey = await writeFile(deps, scope, document, type, signal);
    const { id } = document.lecture;
    exports.push({ type, url: `/api/exports/${encodeURIComponent(id)}/${type}`, storagePath: deps.blobs.uri(scope, blobKey) });
  }
  return async () => ({ result: { exports } satisfies ExportResult });
}

async function gather(store: Store, { scope, lectureId }: ExportLectureInput): Promise<LectureDocument & { ownerId: string }> {
  const lecture = await findLecture({ store }, { scope, lectureId });
  const sources = await store.sources.ofLecture(scope, lectureId);
  const recordings: RecordingDocument[] = [];
  for (const source of sources) {
    const transcript = await store.transcripts.latest(scope, source.id);
    if (transcript) recordings.push({ source, transcript });
  }
  if (recordings.length === 0) {
    throw new AppError(
      'transcript_not_found',
      `The lecture "${lectureId}" has no transcript yet. Make one with POST /api/lectures/${lectureId}/transcribe, then export it.`,
    );
  }
  return { lecture, ownerId: lecture.ownerId, recordings, artifacts: await store.artifacts.ofLecture(scope, lectureId) };
}

/** Stores the file, then the row that names it, then removes the file that no row names any more. */
async function writeFile(
  deps: ExportLectureDeps,
  scope: Scope,
  document: LectureDocument & { ownerId: string },
  type: ExportType,
  signal: AbortSignal,
): Promise<string> {
  const { lecture, ownerId } = document;
  const { extension, mediaType, format } = exportFormats[type];
  const bytes = Buffer.from(format(document).toWellFormed(), 'utf8');
  const blobKey = `exports/${hashOf(lecture.id)}/${type}-${hashOf(bytes)}`;
  await deps.blobs.put(scope, blobKey, Readable.from([bytes]), { signal });
  const unused = await deps.store.exports.put(scope, {
    ownerId,
    lectureId: lecture.id,
    type,
    blobKey,
    mediaType,
    fileName: `${fileStem(lecture.title) || lecture.id}.${extension}`,
    sizeBytes: bytes.byteLength,
    createdAt: deps.clock.now(),
  });
  if (unused !== null && unused !== blobKey) await deps.blobs.remove(scope, unused);
  return blobKey;
}

/** 128 bits name a file well enough. */
function hashOf(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}

/** What every file system takes: letters, digits, spaces, dots and hyphens. */
function fileStem(title: string): string {
  return title
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.-]+|[\s.]+$/g, '')
    .slice(0, 100)
    .toWellFormed();
}
