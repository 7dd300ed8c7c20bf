import type { Job } from './domain/job.ts';
import type { Source } from './domain/library.ts';
import { addRecording, type AddRecordingDeps, type AddRecordingInput } from './ingest/add-recording.ts';
import type { Blobs } from './ports/blobs.ts';
import type { DocumentReader } from './ports/document-reader.ts';
import { addDocument, type AddDocumentDeps } from './read/add-document.ts';

export interface AddSourceDeps extends Omit<AddRecordingDeps, 'store' | 'blobs'>, AddDocumentDeps {
  readonly blobs: AddRecordingDeps['blobs'] & AddDocumentDeps['blobs'] & Pick<Blobs, 'withFile'>;
  readonly documentReader: Pick<DocumentReader, 'sniff'>;
}

/** Names under which people keep sound and video: what is text inside was meant to be something else. */
const MEDIA_NAME =
  /\.(?:aac|aif[fc]?|amr|asf|avi|flac|m4[abv]|mka|mkv|mov|mp[234]|mpe?g|mts|m2ts|oga|ogg|ogv|opus|ts|wav|weba|webm|wm[av])$/i;
const TEXT_FORMATS = ['text', 'markdown', 'captions', 'html'];

/**
 * Adds a file to a lecture. What it holds decides what becomes of it: a document or captions are read by a job, anything
 * else must be sound or video.
 *
 * @throws AppError `lecture_not_found` and the media errors of `MediaDecoder.probe`
 */
export async function addSource(
  deps: AddSourceDeps,
  input: AddRecordingInput,
  signal: AbortSignal,
): Promise<{ readonly source: Source; readonly created: boolean; readonly job: Job | null }> {
  const { scope, fileName, incoming } = input;
  const file = { fileName, mediaType: null, url: null };
  const kind = await deps.blobs
    .withFile(scope, incoming.key, (path) => deps.documentReader.sniff({ ...file, path }))
    .catch(async (error: unknown) => {
      await deps.blobs.remove(scope, incoming.key).catch(() => {}); // the first error is the one to tell
      throw error;
    });
  const isDocument = kind !== null && !(MEDIA_NAME.test(fileName) && TEXT_FORMATS.includes(kind.format));
  if (isDocument && incoming.sizeBytes > 0) return addDocument(deps, { ...input, mediaType: kind.mediaType });
  return { ...(await addRecording(deps, input, signal)), job: null };
}
