import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { bodyOf } from './s3-server-body.ts';
import type { Reply } from './s3-server-http.ts';
import { parseRange, readPieces, storePiece, totalBytes, type StoredPiece } from './s3-server-bytes.ts';

const LEAST_PART_BYTES = 5 * 1024 * 1024;

export class S3Problem extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
  reply(): Reply {
    return xml(this.status, `<Error><Code>${this.code}</Code><Message>${this.code}</Message></Error>`);
  }
}

interface StoredObject {
  readonly pieces: readonly StoredPiece[];
  readonly etag: string;
  readonly headers: Record<string, string>;
  readonly writtenAt: Date;
}

interface Upload {
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly parts: Map<number, StoredPiece>;
  initiated: Date;
}

/** The objects and unfinished uploads of one bucket. */
export class S3Objects {
  readonly #bucket: string;
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Upload>();

  constructor(bucket: string, folder: string) {
    this.#bucket = bucket;
    this.#folder = folder;
  }

  get names(): string[] {
    return [...this.#objects.keys()].sort();
  }

  get unfinished(): string[] {
    return [...this.#uploads.values()].map(({ key }) => key).sort();
  }

  /** As if objects had been written and uploads under way begun earlier. */
  age(byMs: number): void {
    for (const [name, object] of this.#objects) {
      this.#objects.set(name, { ...object, writtenAt: new Date(object.writtenAt.getTime() - byMs) });
    }
    for (const upload of this.#uploads.values()) upload.initiated = new Date(upload.initiated.getTime() - byMs);
  }

  async handle(request: IncomingMessage, payload: string): Promise<Reply> {
    const url = new URL(request.url ?? '/', 'http://host');
    const [bucket = '', ...rest] = url.pathname.slice(1).split('/');
    const key = rest.map(decodeURIComponent).join('/');
    if (bucket !== this.#bucket) throw new S3Problem(404, 'NoSuchBucket');
    const query = url.searchParams;
    const uploadId = query.get('uploadId');
    if (key === '') return this.#ofBucket(request, query);
    switch (request.method) {
      case 'PUT':
        if (uploadId !== null) return this.#putPart(request, payload, { uploadId, number: Number(query.get('partNumber')) });
        return request.headers['x-amz-copy-source'] === undefined ? this.#put(request, payload, key) : this.#copy(request, key);
      case 'POST':
        if (query.has('uploads')) return this.#startUpload(request, key);
        return this.#complete(request, uploadId ?? '');
      case 'GET':
      case 'HEAD':
        return this.#get(request, key, query);
      case 'DELETE':
        if (uploadId === null) this.#objects.delete(key);
        else if (!this.#uploads.delete(uploadId)) throw new S3Problem(404, 'NoSuchUpload');
        return { status: 204, headers: {} };
      default:
        throw new S3Problem(405, 'MethodNotAllowed');
    }
  }

  #ofBucket(request: IncomingMessage, query: URLSearchParams): Reply {
    if (request.method === 'HEAD') return { status: 200, headers: {} };
    if (query.get('list-type') === '2') return this.#list(query);
    if (!query.has('uploads')) throw new S3Problem(501, 'NotImplemented');
    const most = Number(query.get('max-uploads') ?? 2); // small, so that pages are always turned
    const [afterKey, afterId] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
    const sorted = [...this.#uploads]
      .map(([id, { key, initiated }]) => ({ id, key, initiated }))
      .filter(({ key }) => key.startsWith(query.get('prefix') ?? ''))
      .sort((a, b) => (a.key === b.key ? compare(a.id, b.id) : compare(a.key, b.key)))
      .filter(({ id, key }) => key > afterKey || (key === afterKey && id > afterId));
    const page = sorted.slice(0, most);
    const list = page.map(
      ({ id, key, initiated }) =>
        `<Upload><Key>${escape(key)}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
    );
    const last = page.at(-1);
    const next = last
      ? `<NextKeyMarker>${escape(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`
      : '';
    const truncated = `<IsTruncated>${sorted.length > page.length}</IsTruncated>`;
    return xml(200, `<ListMultipartUploadsResult>${truncated}${next}${list.join('')}</ListMultipartUploadsResult>`);
  }

  /** Two a page, so that pages are always turned; as S3, it says when to the millisecond. */
  #list(query: URLSearchParams): Reply {
    const names = this.names.filter((name) => name.startsWith(query.get('prefix') ?? ''));
    const rest = names.filter((name) => name > (query.get('continuation-token') ?? ''));
    const page = rest.slice(0, 2);
    const items = page.map((name) => {
      const { etag, writtenAt, pieces } = this.#objects.get(name)!; // its name was listed
      const facts = `<LastModified>${writtenAt.toISOString()}</LastModified><ETag>${escape(etag)}</ETag>`;
      return `<Contents><Key>${escape(name)}</Key>${facts}<Size>${totalBytes(pieces)}</Size></Contents>`;
    });
    const truncated = rest.length > page.length;
    const next = truncated ? `<NextContinuationToken>${escape(page.at(-1) ?? '')}</NextContinuationToken>` : '';
    return xml(200, `<ListBucketResult><IsTruncated>${truncated}</IsTruncated>${next}${items.join('')}</ListBucketResult>`);
  }

  async #receive(request: IncomingMessage, payload: string): Promise<StoredPiece> {
    const piece = await storePiece(this.#folder, bodyOf(request, payload));
    const isDigest = /^[0-9a-f]{64}$/.test(payload);
    if (isDigest && payload !== piece.sha256) throw new S3Problem(400, 'XAmzContentSHA256Mismatch');
    const length = request.headers['content-length'];
    if (isDigest && length !== undefined && Number(length) !== piece.sizeBytes) throw new S3Problem(400, 'IncompleteBody');
    return piece;
  }

  async #put(request: IncomingMessage, payload: string, key: string): Promise<Reply> {
    const piece = await this.#receive(request, payload);
    const etag = `"${piece.md5}"`;
    this.#objects.set(key, { pieces: [piece], etag, headers: keptHeaders(request), writtenAt: new Date() });
    return { status: 200, headers: { etag } };
  }

  #startUpload(request: IncomingMessage, key: string): Reply {
    const id = randomUUID();
    this.#uploads.set(id, { key, headers: keptHeaders(request), parts: new Map(), initiated: new Date() });
    const result = `<Bucket>${this.#bucket}</Bucket><Key>${escape(key)}</Key><UploadId>${id}</UploadId>`;
    return xml(200, `<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`);
  }

  async #putPart(
    request: IncomingMessage,
    payload: string,
    { uploadId, number }: { uploadId: string; number: number },
  ): Promise<Reply> {
    const upload = this.#upload(uploadId);
    if (!(number >= 1 && number <= 10_000)) throw new S3Problem(400, 'InvalidArgument');
    const isCopy = request.headers['x-amz-copy-source'] !== undefined;
    const piece = isCopy ? await this.#copiedPiece(request) : await this.#receive(request, payload);
    this.#upload(uploadId); // ended meanwhile: what arrives later is thrown away
    upload.parts.set(number, piece);
    const etag = `"${piece.md5}"`;
    return isCopy ? xml(200, `<CopyPartResult><ETag>${etag}</ETag></CopyPartResult>`) : { status: 200, headers: { etag } };
  }

  async #copiedPiece(request: IncomingMessage): Promise<StoredPiece> {
    const { pieces } = this.#copySource(request);
    const range = parseRange(headerOf(request, 'x-amz-copy-source-range'), totalBytes(pieces));
    if (range === null || range === 'bad') throw new S3Problem(416, 'InvalidRange');
    return storePiece(this.#folder, readPieces(pieces, range.start, range.end));
  }

  #copy(request: IncomingMessage, key: string): Reply {
    const source = this.#copySource(request);
    this.#objects.set(key, { ...source, writtenAt: new Date() });
    return xml(200, `<CopyObjectResult><ETag>${source.etag}</ETag></CopyObjectResult>`);
  }

  #copySource(request: IncomingMessage): StoredObject {
    const [bucket, ...rest] = (headerOf(request, 'x-amz-copy-source') ?? '').replace(/^\//, '').split('/');
    const source = this.#objects.get(rest.map(decodeURIComponent).join('/'));
    if (bucket !== this.#bucket || !source) throw new S3Problem(404, 'NoSuchKey');
    const wanted = headerOf(request, 'x-amz-copy-source-if-match');
    if (wanted !== undefined && wanted !== source.etag) throw new S3Problem(412, 'PreconditionFailed');
    return source;
  }

  async #complete(request: IncomingMessage, uploadId: string): Promise<Reply> {
    const listed = await text(request);
    const upload = this.#upload(uploadId);
    const parts = [...listed.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      etag: /<ETag>(.*?)</.exec(part)?.[1]?.replaceAll('&quot;', '"'),
    }));
    const pieces = parts.map(({ number, etag }, index) => {
      const piece = upload.parts.get(number);
      if (!piece || etag !== `"${piece.md5}"`) throw new S3Problem(400, 'InvalidPart');
      if (index > 0 && number <= (parts[index - 1]?.number ?? 0)) throw new S3Problem(400, 'InvalidPartOrder');
      if (index < parts.length - 1 && piece.sizeBytes < LEAST_PART_BYTES) throw new S3Problem(400, 'EntityTooSmall');
      return piece;
    });
    if (pieces.length === 0) throw new S3Problem(400, 'MalformedXML');
    // As R2 asks for: all parts but the last of one size.
    if (new Set(pieces.slice(0, -1).map(({ sizeBytes }) => sizeBytes)).size > 1) throw new S3Problem(400, 'InvalidPart');
    const md5 = createHash('md5');
    for (const piece of pieces) md5.update(Buffer.from(piece.md5, 'hex'));
    const etag = `"${md5.digest('hex')}-${pieces.length}"`;
    // As at S3, where a file counts from the beginning of its upload.
    this.#objects.set(upload.key, { pieces, etag, headers: upload.headers, writtenAt: upload.initiated });
    this.#uploads.delete(uploadId);
    return xml(200, `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`);
  }

  #get(request: IncomingMessage, key: string, query: URLSearchParams): Reply {
    const object = this.#objects.get(key);
    if (!object) throw new S3Problem(404, 'NoSuchKey');
    const wanted = headerOf(request, 'if-match');
    if (wanted !== undefined && wanted !== object.etag) throw new S3Problem(412, 'PreconditionFailed');
    const size = totalBytes(object.pieces);
    const range = parseRange(request.headers.range, size);
    if (range === 'bad') throw new S3Problem(416, 'InvalidRange');
    const { start, end } = range ?? { start: 0, end: size - 1 };
    const headers: Record<string, string> = {
      ...object.headers,
      etag: object.etag,
      'last-modified': object.writtenAt.toUTCString(),
      'accept-ranges': 'bytes',
      'content-length': String(end - start + 1),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    };
    for (const name of ['content-type', 'content-disposition']) {
      const instead = query.get(`response-${name}`);
      if (instead !== null) headers[name] = instead;
    }
    if (request.method === 'HEAD') return { status: 200, headers };
    return { status: range ? 206 : 200, headers, body: readPieces(object.pieces, start, end) };
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload) throw new S3Problem(404, 'NoSuchUpload');
    return upload;
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function keptHeaders(request: IncomingMessage): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function xml(status: number, body: string): Reply {
  const bytes = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
  return { status, headers: { 'content-type': 'application/xml', 'content-length': String(bytes.length) }, body: [bytes] };
}

function escape(value: string): string {
  return value.replaceAll(/[<>&'"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
