import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Source } from '../domain/library.ts';
import { mediaTypeOf } from '../domain/media-type.ts';
import type { Scope } from '../domain/scope.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';

/** An upload that lies in the blobs and belongs to nothing yet. */
export interface Incoming {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface AcceptDeps {
  readonly blobs: Pick<Blobs, 'move' | 'withFile'>;
  readonly decoder: Pick<MediaDecoder, 'probe'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Looks at an upload, moves its bytes to their place and describes them. The row is the caller's to write: a
 * file without a row is harmless, a row without its file is not.
 *
 * @throws AppError the media errors of `MediaDecoder.probe`
 */
export async function acceptRecording(
  deps: AcceptDeps,
  input: { scope: Extract<Scope, { kind: 'owner' }>; lectureId: string; title: string; fileName: string; incoming: Incoming },
  signal: AbortSignal,
): Promise<Source> {
  const { scope, incoming } = input;
  if (incoming.sizeBytes === 0) throw new AppError('media_empty', 'The file is empty. Upload the recording again.');
  const mediaType = await sniff(deps, scope, incoming.key, signal);
  const id = newId('src');
  const blobKey = `sources/${id}`;
  await deps.blobs.move(scope, incoming.key, blobKey);
  return {
    id,
    ownerId: scope.ownerId,
    lectureId: input.lectureId,
    kind: 'recording',
    title: input.title,
    fileName: input.fileName,
    mediaType,
    sizeBytes: incoming.sizeBytes,
    sha256: incoming.sha256,
    blobKey,
    url: null,
    durationMs: null,
    createdAt: deps.clock.now(),
    deletedAt: null,
  };
}

/** A machine without ffmpeg still takes and keeps the recording; transcribing then says what is missing. */
async function sniff(deps: AcceptDeps, scope: Scope, key: string, signal: AbortSignal): Promise<string> {
  try {
    return mediaTypeOf(await deps.blobs.withFile(scope, key, (path) => deps.decoder.probe(path, signal)));
  } catch (error) {
    if (error instanceof AppError && error.code === 'decoder_unavailable') return 'application/octet-stream';
    throw error;
  }
}
