import type { Source } from '../../core/domain/library.ts';
import { AppError } from '../../core/domain/app-error.ts';
import type { Blobs } from '../../core/ports/index.ts';
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
 * A recording's bytes, or a range of them, as RFC 9110 has it. The media type is the one its bytes had when it
 * came in; what is neither sound, nor video, nor PDF is only offered for download.
 *
 * @throws AppError `range_not_satisfiable`
 */
export function sendRecording(
  deps: { blobs: Pick<Blobs, 'read'> },
  input: { scope: OwnerScope; source: Source; headers: RangeRequest; setHeader: (name: string, value: string) => void },
): RawAnswer {
  const { scope, source, headers } = input;
  const etag = `"${source.sha256}"`;
  const common = { etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' };
  if (matches(headers['if-none-match'], etag)) return { status: 304, headers: common, body: null };
  const described = {
    ...common,
    'content-type': source.mediaType,
    'content-disposition': isShown(source.mediaType) ? 'inline' : attachment(source.fileName),
  };
  const isCurrent = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = isCurrent ? parseByteRange(headers.range, source.sizeBytes) : 'whole';
  if (range === 'unsatisfiable') {
    input.setHeader('content-range', `bytes */${source.sizeBytes}`);
    throw new AppError('range_not_satisfiable', `The recording has ${source.sizeBytes} bytes. Ask for a range inside it.`);
  }
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
