import { randomUUID } from 'node:crypto';
import { AppError } from '../domain/app-error.ts';
import { isCaptions } from '../domain/caption.ts';
import type { DocumentText } from '../domain/document.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentReader, DocumentToRead } from '../ports/document-reader.ts';
import type { Store } from '../ports/store.ts';
import type { WebFetcher } from '../ports/web-fetcher.ts';
import type { ReadSourcePayload } from './read-source.job.ts';
import { segmentsOfCaptions } from './transcript-of-captions.ts';

/** A web page is read whole into the reader; more than this is no page for people. */
const MAX_PAGE_BYTES = 50 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 60_000;
const ACCEPT = 'text/html, application/xhtml+xml, application/pdf, text/plain;q=0.9, text/markdown;q=0.9, */*;q=0.5';

export interface ReadSourceDeps {
  readonly store: Pick<Store, 'sources' | 'documents' | 'transcripts'>;
  readonly blobs: Pick<Blobs, 'put' | 'move' | 'remove' | 'withFile'>;
  readonly documentReader: DocumentReader;
  readonly webFetcher: Pick<WebFetcher, 'fetch'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ReadSourceInput extends ReadSourcePayload {
  readonly scope: Scope;
  readonly onProgress: (fraction: number, message: string) => void;
}

export interface ReadSourceResult {
  readonly sourceId: string;
  readonly lectureId: string;
  readonly textVersion: number;
  readonly pages: number;
  readonly title: string | null;
}

/** Writes the text, in the transaction that ends the job; tells which version it is. */
export type CommitText = (tx: Pick<Store, 'sources' | 'documents' | 'transcripts'>) => Promise<ReadSourceResult>;

/**
 * Reads the text of a document, or of a web page after fetching it. The same bytes and reader give the version that is
 * there; a page that has changed gets a new version beside the old one, which stays for what cites it.
 *
 * @throws AppError `source_not_found`, those of `DocumentReader.read` and of `WebFetcher.fetch`
 */
export async function readSource(deps: ReadSourceDeps, input: ReadSourceInput, signal: AbortSignal): Promise<CommitText> {
  const { scope, sourceId, onProgress } = input;
  const source = await deps.store.sources.find(scope, sourceId);
  if (!source) throw new AppError('source_not_found', 'The document was deleted. Restore it from the trash, then read it again.');
  if (source.url !== null) onProgress(0.05, 'Fetching the page.');
  const fetched = source.url === null ? null : await fetchPage(deps, scope, source.url, signal);
  try {
    const isSame = fetched === null || fetched.sha256 === source.sha256;
    const known = isSame ? await knownText(deps, scope, source) : null;
    if (known) return async () => known;
    onProgress(0.3, 'Reading the text.');
    const key = fetched?.key ?? source.blobKey;
    const commit = await deps.blobs.withFile(scope, key, (path) => readFile(deps, { source, path, fetched }, signal));
    signal.throwIfAborted();
    if (fetched) await deps.blobs.move(scope, fetched.key, source.blobKey);
    return (tx) => commit(tx, scope);
  } finally {
    if (fetched) await deps.blobs.remove(scope, fetched.key).catch(() => {}); // it was moved, or is of no use
  }
}

interface Fetched {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Where it was found in the end. */
  readonly url: string;
  readonly mediaType: string | null;
}

async function fetchPage(deps: ReadSourceDeps, scope: Scope, url: string, signal: AbortSignal): Promise<Fetched> {
  const request = { url, maxBytes: MAX_PAGE_BYTES, timeoutMs: FETCH_TIMEOUT_MS, accept: ACCEPT };
  const response = await deps.webFetcher.fetch(request, signal);
  const key = `incoming/${randomUUID()}`;
  const stored = await deps.blobs.put(scope, key, response.body, { maxBytes: MAX_PAGE_BYTES, signal });
  return { key, ...stored, url: response.url, mediaType: response.mediaType };
}

/** The newest text, if this reader made it. */
async function knownText(deps: ReadSourceDeps, scope: Scope, source: Source): Promise<ReadSourceResult | null> {
  const { id: sourceId, lectureId, title } = source;
  const text = await deps.store.documents.latest(scope, sourceId);
  if (text?.reader === deps.documentReader.id)
    return { sourceId, lectureId, textVersion: text.version, pages: text.pages.length, title: text.title };
  const transcript = isCaptions(source) ? await deps.store.transcripts.latest(scope, sourceId) : null;
  return transcript && { sourceId, lectureId, textVersion: transcript.version, pages: 1, title };
}

type Commit = (tx: Parameters<CommitText>[0], scope: Scope) => Promise<ReadSourceResult>;

async function readFile(
  deps: ReadSourceDeps,
  { source, path, fetched }: { source: Source; path: string; fetched: Fetched | null },
  signal: AbortSignal,
): Promise<Commit> {
  const { documentReader } = deps;
  const file: DocumentToRead = {
    path,
    fileName: source.fileName,
    mediaType: fetched?.mediaType ?? source.mediaType,
    url: fetched?.url ?? source.url,
  };
  const kind = await documentReader.sniff(file);
  if (!kind)
    throw new AppError(
      'document_unsupported',
      'The file is no document that can be read. Save it as PDF, DOCX, PPTX, EPUB, HTML, Markdown or text.',
    );
  if (kind.format === 'captions') return commitCaptions(deps, source, await documentReader.readCaptions(file, signal));
  const read = await documentReader.read(file, signal);
  const { id: sourceId, lectureId, ownerId } = source;
  const text: Omit<DocumentText, 'version'> = {
    ...read,
    ownerId,
    lectureId,
    sourceId,
    reader: documentReader.id,
    createdAt: deps.clock.now(),
  };
  return async (tx, scope) => {
    if (fetched) {
      const title = source.title === source.url ? (read.title ?? source.title) : source.title;
      await tx.sources.setContent(scope, sourceId, { ...fetched, mediaType: kind.mediaType, title });
    }
    const { version } = await tx.documents.add(scope, text);
    return { sourceId, lectureId, textVersion: version, pages: read.pages.length, title: read.title };
  };
}

function commitCaptions({ clock }: ReadSourceDeps, source: Source, captions: Parameters<typeof segmentsOfCaptions>[0]): Commit {
  const { id: sourceId, lectureId, ownerId, mediaType, title } = source;
  const transcript: Omit<Transcript, 'version'> = {
    ownerId,
    lectureId,
    sourceId,
    origin: 'import',
    baseVersion: null,
    task: 'transcribe',
    engine: 'captions',
    model: mediaType,
    // Captions do not say their language.
    language: 'und',
    durationMs: Math.max(0, ...captions.map(({ endMs }) => endMs)),
    draftQuality: false,
    segments: segmentsOfCaptions(captions),
    createdAt: clock.now(),
  };
  return async (tx, scope) => {
    const { version } = await tx.transcripts.add(scope, transcript);
    await tx.sources.setDuration(scope, sourceId, transcript.durationMs);
    return { sourceId, lectureId, textVersion: version, pages: 1, title };
  };
}
