import type { ExportResult, ExportType } from '@scholium/contract';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { JobCompletion } from '../jobs/job-kind.ts';
import { withNames } from '../speakers/lay-names.ts';
import { findLecture } from '../library/find.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExportRenderers } from '../ports/export-renderers.ts';
import type { Log } from '../ports/log.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';
import type { Store } from '../ports/store.ts';
import { cardDeckOf } from './card-deck-of.ts';
import { exportFormats } from './formats.ts';
import type { LectureDocument, RecordingDocument } from './lecture-document.ts';
import { requireContent } from './require-content.ts';
import { studyGuideOf } from './study-guide-of.ts';
import { writeDeck } from './write-deck.ts';

export interface ExportLectureDeps {
  readonly store: Store;
  readonly blobs: Pick<Blobs, 'put' | 'stat' | 'withFile' | 'remove' | 'uri'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly decoder: Pick<MediaDecoder, 'clips'>;
  readonly exportRenderers: ExportRenderers;
  readonly log: Log;
  /** Of the web app, where times link to; null when it is not known. */
  readonly publicUrl: string | null;
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
 * @throws AppError `lecture_not_found`, `transcript_not_found`, those of `Blobs.put` and of the renderers
 */
export async function exportLecture(
  deps: ExportLectureDeps,
  input: ExportLectureInput,
  signal: AbortSignal,
): Promise<(tx: Store) => Promise<JobCompletion>> {
  const { scope, types } = input;
  const document = await gather(deps, input);
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

type Gathered = LectureDocument & { readonly sources: readonly Source[] };

async function gather(
  { store, publicUrl }: Pick<ExportLectureDeps, 'store' | 'publicUrl'>,
  { scope, lectureId }: ExportLectureInput,
): Promise<Gathered> {
  const lecture = await findLecture({ store }, { scope, lectureId });
  const sources = await store.sources.ofLecture(scope, lectureId);
  const recordings: RecordingDocument[] = [];
  for (const source of sources) {
    const transcript = await store.transcripts.latest(scope, source.id);
    if (transcript) recordings.push({ source, transcript: await withNames(store, scope, transcript) });
  }
  const artifacts = await store.artifacts.ofLecture(scope, lectureId);
  requireContent({ lectureId, hasContent: recordings.length > 0 || artifacts.length > 0 });
  const texts = new Map((await store.documents.heads(scope, lectureId)).map((head) => [head.sourceId, head]));
  const documents = sources
    .filter(({ kind }) => kind === 'document')
    .map(({ id, title }) => ({ id, title, language: texts.get(id)?.language ?? null }));
  const course = await store.courses.find(scope, lecture.courseId);
  return { lecture, course, recordings, documents, artifacts, sources, publicUrl };
}

/** Stores the file, then the row that names it, then removes the file that no row names any more. */
async function writeFile(
  deps: ExportLectureDeps,
  scope: Scope,
  document: Gathered,
  type: ExportType,
  signal: AbortSignal,
): Promise<string> {
  const { lecture } = document;
  const { extension, mediaType } = exportFormats[type];
  const { blobKey, sizeBytes } = await writeContent(deps, scope, document, type, signal);
  const unused = await deps.store.exports.put(scope, {
    ownerId: lecture.ownerId,
    lectureId: lecture.id,
    type,
    blobKey,
    mediaType,
    fileName: `${fileStem(lecture.title) || lecture.id}.${extension}`,
    sizeBytes,
    createdAt: deps.clock.now(),
  });
  if (unused !== null && unused !== blobKey) await deps.blobs.remove(scope, unused);
  return blobKey;
}

/** Stores what the file holds, under a name made from it. */
async function writeContent(
  deps: ExportLectureDeps,
  scope: Scope,
  document: Gathered,
  type: ExportType,
  signal: AbortSignal,
): Promise<{ blobKey: string; sizeBytes: number }> {
  const keyOf = (content: string | Uint8Array): string => `exports/${hashOf(document.lecture.id)}/${type}-${hashOf(content)}`;
  const format = exportFormats[type];
  if (format.kind === 'deck') {
    const deck = cardDeckOf(document, deps.clock.now());
    // The time is no part of the name: the same cards take the place of those before, also after a power cut.
    const blobKey = keyOf(JSON.stringify({ ...deck, madeAt: 0 }));
    const input = { scope, deck, sources: document.sources, blobKey };
    const { sizeBytes } = await writeDeck({ ...deps, renderer: deps.exportRenderers.anki }, input, signal);
    return { blobKey, sizeBytes };
  }
  const bytes =
    format.kind === 'text'
      ? Buffer.from(format.format(document).toWellFormed(), 'utf8')
      : await deps.exportRenderers[format.renderer].render(studyGuideOf(document), signal);
  const blobKey = keyOf(bytes);
  await deps.blobs.put(scope, blobKey, Readable.from([bytes]), { signal });
  return { blobKey, sizeBytes: bytes.byteLength };
}

/** 128 bits name a file well enough. */
function hashOf(data: string | Uint8Array): string {
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
