import type { Source } from '../../core/domain/library.ts';
import { AppError } from '../../core/domain/app-error.ts';
import type { Blobs } from '../../core/ports/index.ts';
import { leadToBucket, type LeadToBucketDeps } from './lead-to-bucket.ts';
import type { OwnerScope } from './api-deps.ts';
import { parseByteRange } from './byte-range.ts';
import { attachment } from './file-name.ts';
import type { RawAnswer } from './handler.ts';

/** The request headers that decide what is sent. */
export interface RangeRequest {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | string[] | undefined;
  readonly 'if-none-match'?: string | string[] | undefined;
}

/**
 * A recording's bytes, or a range of them, as RFC 9110 has it, or the way to them in the bucket. The media type is the one its bytes had when it
 * came in; what is neither sound, nor video, nor PDF is only offered for download.
 *
 * @throws AppError `range_not_satisfiable`, `source_not_found`
 */
export async function sendRecording(
  deps: LeadToBucketDeps & { blobs: Pick<Blobs, 'read'> },
  input: {
    scope: OwnerScope;
    source: Source;
    method: string;
    headers: RangeRequest;
    setHeader: (name: string, value: string) => void;
  },
): Promise<RawAnswer> {
  const { scope, source, headers } = input;
  const etag = `"${source.sha256}"`;
  const common = { etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' };
  if (matches(headers['if-none-match'], etag)) return { status: 304, headers: common, body: null };
  const { mediaType } = source;
  const disposition = isShown(mediaType) ? 'inline' : attachment(source.fileName);
  const described = { ...common, 'content-type': mediaType, 'content-disposition': disposition };
  const isCurrent = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = isCurrent ? parseByteRange(headers.range, source.sizeBytes) : 'whole';
  if (range === 'unsatisfiable') {
    input.setHeader('content-range', `bytes */${source.sizeBytes}`);
    throw new AppError('range_not_satisfiable', `The recording has ${source.sizeBytes} bytes. Ask for a range inside it.`);
  }
  const led = await leadToBucket(deps, input.method, { scope, key: source.blobKey, mediaType, disposition });
  if (led) return led;
  if (range === 'whole') {
    return {
      status: 200,
      headers: { ...described, 'content-length': String(source.sizeBytes) },
      body: () => deps.blobs.read(scope, source.blobKey),
    };
  }
  return {
    status: 206,
    headers: {
      ...described,
      'content-length': String(range.end - range.start + 1),
      'content-range': `bytes ${range.start}-${range.end}/${source.sizeBytes}`,
    },
    body: () => deps.blobs.read(scope, source.blobKey, range),
  };
}

/** What a browser shows without running anything of it; all else, HTML and SVG above all, is only offered for download. */
function isShown(mediaType: string): boolean {
  return /^(?:audio|video)\//.test(mediaType) || mediaType === 'application/pdf';
}

/** `If-None-Match` compares weakly: a `W/` in front does not count. */
function matches(header: string | string[] | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = String(header).split(',');
  return tags.some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
