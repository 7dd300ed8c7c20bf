import { AppError } from '../domain/app-error.ts';
import { captionMediaTypes } from '../domain/caption.ts';
import { newId } from '../domain/ids.ts';
import type { Job } from '../domain/job.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { dispatch, type EnqueueDeps } from '../jobs/enqueue.ts';
import { requestIn } from '../jobs/request.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Store } from '../ports/store.ts';
import { readSourceJob } from './read-source.job.ts';

export interface AddDocumentDeps extends EnqueueDeps {
  readonly blobs: Pick<Blobs, 'move' | 'remove'>;
}

interface Place {
  readonly scope: Extract<Scope, { kind: 'owner' }>;
  readonly lectureId: string;
  /** Null takes the file's name or the address. */
  readonly title: string | null;
}

export interface AddDocumentInput extends Place {
  readonly fileName: string;
  readonly mediaType: string;
  /** Bytes that have been stored under a key of their own; they are moved, or removed when they are not kept. */
  readonly incoming: { readonly key: string; readonly sizeBytes: number; readonly sha256: string };
}

export interface AddedDocument {
  readonly source: Source;
  /** False when the lecture had it already. */
  readonly created: boolean;
  /** Reads it; null when it has been read. */
  readonly job: Job | null;
}

/**
 * Adds a document to a lecture and queues its reading. The same bytes again are the document that is there, read again
 * only when they have no text yet.
 *
 * @throws AppError `lecture_not_found`
 */
export async function addDocument(deps: AddDocumentDeps, input: AddDocumentInput): Promise<AddedDocument> {
  const { scope, incoming, mediaType } = input;
  let keyToRemove: string | null = incoming.key;
  try {
    await requireLecture(deps.store, input);
    const id = newId('src');
    const blobKey = `sources/${id}`;
    const source = sourceOf(deps, input, { id, blobKey, ...incoming, mediaType, fileName: input.fileName, url: null });
    if (!(await twinOf(deps.store, scope, source))) {
      await deps.blobs.move(scope, incoming.key, blobKey);
      keyToRemove = blobKey;
    }
    const added = await insert(deps, scope, source);
    if (added.created) keyToRemove = null;
    return added;
  } finally {
    if (keyToRemove !== null) await deps.blobs.remove(scope, keyToRemove).catch(() => {});
  }
}

/**
 * Adds a web page to a lecture and queues its fetching and reading. The same address again looks whether the page has
 * changed: what it said before stays for what cites it.
 *
 * @throws AppError `lecture_not_found`, `url_invalid`
 */
export async function addWebPage(deps: EnqueueDeps, input: Place & { readonly url: string }): Promise<AddedDocument> {
  const { scope } = input;
  const url = addressOf(input.url);
  await requireLecture(deps.store, input);
  const id = newId('src');
  const blobKey = `sources/${id}`;
  const page = { id, blobKey, sizeBytes: 0, sha256: '', mediaType: 'text/html', fileName: url, url };
  return insert(deps, scope, sourceOf(deps, { ...input, title: input.title ?? url }, page));
}

/** The row and the job that reads it, both or neither. */
async function insert(deps: EnqueueDeps, scope: Scope, source: Source): Promise<AddedDocument> {
  const { added, isNew } = await deps.store.transaction(async (tx) => {
    const twin = await twinOf(tx, scope, source);
    if (!twin) await tx.sources.insert(scope, source);
    const kept = twin ?? source;
    const needsReading = kept.url !== null || !(await hasText(tx, scope, kept));
    if (!needsReading) return { added: { source: kept, created: false, job: null }, isNew: false };
    const target = { lectureId: kept.lectureId, sourceId: kept.id, message: 'Waiting to be read.' };
    const wanted = { ...target, payload: { sourceId: kept.id }, now: deps.clock.now() };
    const { job, isNew } = await requestIn(tx, scope, readSourceJob, wanted);
    return { added: { source: kept, created: !twin, job }, isNew };
  });
  if (added.job && isNew) await dispatch(deps, [added.job]);
  return added;
}

async function hasText(store: Pick<Store, 'documents' | 'transcripts'>, scope: Scope, { id }: Source): Promise<boolean> {
  return (await store.documents.latest(scope, id)) !== null || (await store.transcripts.latest(scope, id)) !== null;
}

/** The source of the lecture with the same bytes or address. */
async function twinOf(store: Pick<Store, 'sources'>, scope: Scope, wanted: Source): Promise<Source | null> {
  const sources = await store.sources.ofLecture(scope, wanted.lectureId);
  const isTwin = ({ url, sha256 }: Source): boolean =>
    wanted.url === null ? url === null && sha256 === wanted.sha256 : url === wanted.url;
  return sources.find(isTwin) ?? null;
}

async function requireLecture(store: Pick<Store, 'lectures'>, { scope, lectureId }: Place): Promise<void> {
  if (await store.lectures.find(scope, lectureId)) return;
  throw new AppError(
    'lecture_not_found',
    `There is no lecture "${lectureId.slice(0, 80)}". GET /api/lectures lists what exists.`,
  );
}

function sourceOf(
  { clock }: Pick<EnqueueDeps, 'clock'>,
  { scope, lectureId, title }: Place,
  file: Pick<Source, 'id' | 'blobKey' | 'sizeBytes' | 'sha256' | 'mediaType' | 'fileName' | 'url'>,
): Source {
  return {
    id: file.id,
    ownerId: scope.ownerId,
    lectureId,
    // Captions have words in time.
    kind: captionMediaTypes.includes(file.mediaType) ? 'recording' : 'document',
    title: title ?? file.fileName,
    fileName: file.fileName,
    mediaType: file.mediaType,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    blobKey: file.blobKey,
    url: file.url,
    durationMs: null,
    createdAt: clock.now(),
    deletedAt: null,
  };
}

/** A first look; whether it may be fetched is decided when it is. */
function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') {
    url.hash = '';
    return url.href;
  }
  throw new AppError('url_invalid', 'The address is not valid. Give a complete one that begins with https:// or http://.');
}
