import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { parseRange, readPieces, storePiece, totalBytes, type StoredPiece } from './s3-server-bytes.ts';
import type { Fault } from './s3-server-faults.ts';
import type { Reply } from './s3-server-http.ts';

/** Every chunk but the last is a multiple of it (Google). */
const CHUNK_STEP = 256 * 1024;
/** From here on a copy takes two requests, as it does at Google between classes and places. */
const SHORT_COPY_BYTES = 1024 * 1024;

export class GcsProblem extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
  reply(): Reply {
    return json(this.status, { error: { code: this.status, message: this.message, errors: [{ message: this.message }] } });
  }
}

interface StoredObject {
  readonly pieces: readonly StoredPiece[];
  readonly generation: number;
  readonly md5Hash: string;
  readonly contentType: string;
  readonly timeCreated: Date;
}

interface Session {
  readonly name: string;
  readonly contentType: string;
  readonly pieces: StoredPiece[];
  done: StoredObject | null;
}

/** The objects and upload sessions of one bucket. */
export class GcsObjects {
  readonly #bucket: string;
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  readonly #sessions = new Map<string, Session>();
  readonly #rewrites = new Set<string>();
  #generations = 1000;

  constructor(bucket: string, folder: string) {
    this.#bucket = bucket;
    this.#folder = folder;
  }

  get names(): string[] {
    return [...this.#objects.keys()].sort();
  }

  /** Sessions that were neither finished nor cancelled. */
  get unfinished(): string[] {
    return [...this.#sessions.values()].filter(({ done }) => done === null).map(({ name }) => name);
  }

  /** As if objects had been written earlier. */
  age(byMs: number): void {
    for (const [name, object] of this.#objects) {
      this.#objects.set(name, { ...object, timeCreated: new Date(object.timeCreated.getTime() - byMs) });
    }
  }

  async handle(request: IncomingMessage, fault: Fault | null, origin: string): Promise<Reply> {
    const url = new URL(request.url ?? '/', origin);
    const session = /^\/upload\/session\/(.+)$/.exec(url.pathname)?.[1];
    if (session !== undefined) return this.#ofSession(request, session, fault);
    const [, upload, bucket, rest = ''] = /^(\/upload)?\/storage\/v1\/b\/([^/]+)(?:\/o(?:\/(.*))?)?$/.exec(url.pathname) ?? [];
    if (bucket !== this.#bucket) throw new GcsProblem(404, 'The specified bucket does not exist.');
    const query = url.searchParams;
    if (upload !== undefined) return this.#startSession(request, query, origin);
    if (rest === '') return this.#list(query);
    const [source = '', verb, , , , target] = rest.split('/');
    const name = decodeURIComponent(source);
    if (verb === 'rewriteTo') return this.#rewrite(name, decodeURIComponent(target ?? ''), query);
    switch (request.method) {
      case 'GET':
        return query.get('alt') === 'media'
          ? this.#media(request, name, query)
          : json(200, this.#describe(name, this.#get(name, query)));
      case 'DELETE':
        this.#get(name, query);
        this.#objects.delete(name);
        return { status: 204, headers: {} };
      default:
        throw new GcsProblem(405, 'Not allowed');
    }
  }

  /** What a signed address leads to: the bytes, described as the address says. */
  download(request: IncomingMessage, name: string, query: URLSearchParams): Reply {
    const reply = this.#media(request, name, new URLSearchParams());
    const headers = { ...reply.headers };
    for (const name of ['content-type', 'content-disposition']) {
      const instead = query.get(`response-${name}`);
      if (instead !== null) headers[name] = instead;
    }
    return { ...reply, headers };
  }

  #list(query: URLSearchParams): Reply {
    const names = this.names.filter((name) => name.startsWith(query.get('prefix') ?? ''));
    const rest = names.filter((name) => name > (query.get('pageToken') ?? ''));
    const page = rest.slice(0, Number(query.get('maxResults') ?? 2)); // two, so that pages are always turned
    const items = page.map((name) => this.#describe(name, this.#objects.get(name)!)); // its name was listed
    const more = rest.length > page.length ? { nextPageToken: page.at(-1) } : {};
    return json(200, { kind: 'storage#objects', ...(items.length > 0 && { items }), ...more });
  }

  #get(name: string, query: URLSearchParams): StoredObject {
    const object = this.#objects.get(name);
    const asked = query.get('generation') ?? query.get('sourceGeneration');
    if (!object || (asked !== null && Number(asked) !== object.generation)) throw new GcsProblem(404, `No such object: ${name}`);
    const wanted = query.get('ifGenerationMatch') ?? query.get('ifSourceGenerationMatch');
    if (wanted !== null && Number(wanted) !== object.generation)
      throw new GcsProblem(412, 'At least one of the pre-conditions you specified did not hold.');
    return object;
  }

  #describe(name: string, { pieces, generation, md5Hash, contentType, timeCreated }: StoredObject): object {
    const size = String(totalBytes(pieces)); // Google writes 64-bit numbers as text
    return {
      kind: 'storage#object',
      bucket: this.#bucket,
      name,
      size,
      generation: String(generation),
      metageneration: '1',
      md5Hash,
      contentType,
      timeCreated: timeCreated.toISOString(),
    };
  }

  #media(request: IncomingMessage, name: string, query: URLSearchParams): Reply {
    const { pieces, generation, contentType } = this.#get(name, query);
    const size = totalBytes(pieces);
    const range = parseRange(request.headers.range, size);
    if (range === 'bad') throw new GcsProblem(416, 'Request range not satisfiable');
    const { start, end } = range ?? { start: 0, end: size - 1 };
    const headers: Record<string, string> = {
      'content-type': contentType,
      'content-length': String(end - start + 1),
      'x-goog-generation': String(generation),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    };
    return { status: range ? 206 : 200, headers, body: readPieces(pieces, start, end) };
  }

  #rewrite(name: string, target: string, query: URLSearchParams): Reply {
    const object = this.#get(name, query);
    const size = totalBytes(object.pieces);
    const token = query.get('rewriteToken');
    if (token === null && size > SHORT_COPY_BYTES) {
      const rewriteToken = randomUUID();
      this.#rewrites.add(rewriteToken);
      const written = String(SHORT_COPY_BYTES);
      return json(200, {
        kind: 'storage#rewriteResponse',
        totalBytesRewritten: written,
        objectSize: String(size),
        done: false,
        rewriteToken,
      });
    }
    if (token !== null && !this.#rewrites.delete(token)) throw new GcsProblem(400, 'Invalid rewrite token');
    const copy = { ...object, generation: (this.#generations += 1), timeCreated: new Date() };
    this.#objects.set(target, copy);
    const resource = this.#describe(target, copy);
    return json(200, {
      kind: 'storage#rewriteResponse',
      totalBytesRewritten: String(size),
      objectSize: String(size),
      done: true,
      resource,
    });
  }

  #startSession(request: IncomingMessage, query: URLSearchParams, origin: string): Reply {
    request.resume();
    const name = query.get('name');
    if (query.get('uploadType') !== 'resumable' || name === null) throw new GcsProblem(400, 'Not a resumable upload');
    const id = randomUUID();
    const contentType = String(request.headers['x-upload-content-type'] ?? 'application/octet-stream');
    this.#sessions.set(id, { name, contentType, pieces: [], done: null });
    return { status: 200, headers: { location: `${origin}/upload/session/${id}`, 'content-length': '0' } };
  }

  async #ofSession(request: IncomingMessage, id: string, fault: Fault | null): Promise<Reply> {
    const session = this.#sessions.get(id);
    if (fault === 'expired') this.#sessions.delete(id);
    if (!session || fault === 'expired') throw new GcsProblem(410, 'The upload session has expired.');
    if (request.method === 'DELETE') {
      this.#sessions.delete(id);
      return { status: 499, headers: { 'content-length': '0' } };
    }
    const [, from, to, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '') ?? [];
    if (total === undefined) throw new GcsProblem(400, 'Invalid Content-Range');
    if (from !== undefined)
      await this.#append(request, session, { start: Number(from), end: Number(to), total, short: fault === 'short' });
    if (session.done === null && total !== '*' && Number(total) === totalBytes(session.pieces)) {
      await this.#finish(session, request.headers['x-goog-hash']);
    }
    if (session.done) return json(200, this.#describe(session.name, session.done));
    const held = totalBytes(session.pieces);
    return { status: 308, headers: { 'content-length': '0', ...(held > 0 ? { range: `bytes=0-${held - 1}` } : {}) } };
  }

  async #append(
    request: IncomingMessage,
    session: Session,
    { start, end, total, short }: { start: number; end: number; total: string; short: boolean },
  ): Promise<void> {
    const piece = await storePiece(this.#folder, request);
    const held = totalBytes(session.pieces);
    if (start !== held) throw new GcsProblem(400, `Invalid offset ${start}: ${held} bytes are there`);
    if (piece.sizeBytes !== end - start + 1) throw new GcsProblem(400, 'The body is not as long as its range');
    if (total === '*' && piece.sizeBytes % CHUNK_STEP !== 0) throw new GcsProblem(400, 'Not a multiple of 256 KiB');
    session.pieces.push(short ? await this.#half(piece) : piece);
  }

  /** Google keeps what it likes of a chunk, in steps of 256 KiB. */
  async #half(piece: StoredPiece): Promise<StoredPiece> {
    const keep = Math.floor(piece.sizeBytes / 2 / CHUNK_STEP) * CHUNK_STEP;
    return storePiece(this.#folder, readPieces([piece], 0, keep - 1));
  }

  async #finish(session: Session, hashHeader: string | string[] | undefined): Promise<void> {
    const md5 = createHash('md5');
    for (const { path } of session.pieces) md5.update(await readFile(path));
    const md5Hash = md5.digest('base64');
    const wanted = /md5=([^,]+)/.exec(String(hashHeader ?? ''))?.[1];
    if (wanted !== undefined && wanted !== md5Hash) throw new GcsProblem(400, 'Provided MD5 hash does not match');
    const { pieces, contentType } = session;
    session.done = { pieces, generation: (this.#generations += 1), md5Hash, contentType, timeCreated: new Date() };
    this.#objects.set(session.name, session.done);
  }
}

export function json(status: number, value: object): Reply {
  const bytes = Buffer.from(JSON.stringify(value));
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', 'content-length': String(bytes.length) },
    body: [bytes],
  };
}
