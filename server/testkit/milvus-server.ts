import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Milvus of these tests: the calls of its RESTful interface v2 that Scholium makes, on vectors in memory, compared exactly. */
export interface MilvusServer {
  readonly address: string;
  /** What was asked for, in order: `entities/search`, ... */
  readonly calls: readonly string[];
  /** Filters of all searches and queries, in order. */
  readonly filters: readonly string[];
  /** Rows of all collections. */
  rows(): readonly MilvusStoredRow[];
  collections(): readonly string[];
  /** `refuse`: every call is answered with status 503. `hang`: none is answered. */
  behave(how: 'well' | 'refuse' | 'hang'): void;
  /** All collections vanish, as after a lost disk. */
  loseCollections(): void;
  close(): Promise<void>;
}

export interface MilvusStoredRow {
  readonly key: string;
  readonly owner: string;
  readonly source: string;
  readonly passage: string;
  readonly digest: string;
  readonly vector: readonly number[];
}

interface Collection {
  readonly dimensions: number;
  isLoaded: boolean;
  readonly rows: Map<string, MilvusStoredRow>;
}

interface Body {
  readonly collectionName: string;
  readonly filter?: string;
  readonly limit?: number;
  readonly data?: readonly unknown[];
  readonly schema?: {
    readonly fields: readonly { readonly fieldName: string; readonly elementTypeParams: { readonly dim?: string } }[];
  };
}

class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Starts it on a free port. With a `token`, calls without it are refused as Milvus does. */
export async function startMilvus(token: string | null = null): Promise<MilvusServer> {
  const collections = new Map<string, Collection>();
  const calls: string[] = [];
  const filters: string[] = [];
  let behaviour: 'well' | 'refuse' | 'hang' = 'well';
  const server = createServer((request, response) => {
    request.on('error', () => {}); // clients of these tests break off
    void reply(request, response);
  });
  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const call = (request.url ?? '').replace('/v2/vectordb/', '');
    calls.push(call);
    if (body.filter !== undefined && call !== 'entities/delete') filters.push(body.filter);
    if (behaviour === 'hang') return;
    if (behaviour === 'refuse') return void response.writeHead(503).end('away');
    const isKnown = token === null || request.headers.authorization === `Bearer ${token}`;
    response.setHeader('content-type', 'application/json');
    try {
      if (!isKnown) throw new Refusal(1800, "user hasn't authenticated");
      response.end(JSON.stringify({ code: 0, data: answer(collections, call, body) }));
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 65535;
      response.end(JSON.stringify({ code, message: String(error) }));
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return {
    address: `http://127.0.0.1:${port}`,
    calls,
    filters,
    rows: () => [...collections.values()].flatMap(({ rows }) => [...rows.values()]),
    collections: () => [...collections.keys()],
    behave: (how) => void (behaviour = how),
    loseCollections: () => collections.clear(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(collections: Map<string, Collection>, call: string, body: Body): unknown {
  const name = body.collectionName;
  if (call === 'collections/list') return [...collections.keys()];
  if (call === 'collections/has') return { has: collections.has(name) };
  if (call === 'collections/create') {
    const dim = body.schema?.fields.find(({ fieldName }) => fieldName === 'vector')?.elementTypeParams.dim;
    if (!/^[A-Za-z_]\w*$/.test(name) || !dim) throw new Refusal(1100, 'invalid collection');
    if (!collections.has(name)) collections.set(name, { dimensions: Number(dim), isLoaded: false, rows: new Map() });
    return {};
  }
  const collection = collections.get(name);
  if (!collection) throw new Refusal(100, `can't find collection[collection=${name}]`);
  if (call === 'collections/load') {
    collection.isLoaded = true;
    return {};
  }
  if (call === 'collections/drop') return collections.delete(name) && {};
  if (!collection.isLoaded) throw new Refusal(101, 'collection not loaded');
  const passing = [...collection.rows.values()].filter(filterOf(body.filter));
  switch (call) {
    case 'entities/upsert':
      for (const row of (body.data ?? []) as MilvusStoredRow[]) put(collection, row); // put() checks what matters
      return { upsertCount: body.data?.length ?? 0 };
    case 'entities/delete':
      for (const { key } of passing) collection.rows.delete(key);
      return {};
    case 'entities/query':
      if ((body.limit ?? 0) > 16_384) throw new Refusal(65535, 'invalid max query result window');
      return passing.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, body.limit);
    case 'entities/search': {
      const [query] = (body.data ?? []) as readonly (readonly number[])[]; // one vector a call
      if (query?.length !== collection.dimensions) throw new Refusal(65535, 'vector dimension mismatch');
      const scored = passing.map((row) => ({ ...row, distance: cosine(query, row.vector) }));
      return scored.sort((a, b) => b.distance - a.distance).slice(0, body.limit);
    }
    default:
      throw new Refusal(404, `no call ${call}`);
  }
}

function put(collection: Collection, row: MilvusStoredRow): void {
  const tooLong = row.key.length > 64 || row.owner.length > 64 || row.source.length > 64 || row.passage.length > 1024;
  if (tooLong || row.vector.length !== collection.dimensions) throw new Refusal(1804, 'fail to deal the insert data');
  collection.rows.set(row.key, row);
}

/** `field == "x"`, `key > "x"` and `key in ["x", "y"]`, joined by `and`. */
function filterOf(filter = ''): (row: MilvusStoredRow) => boolean {
  const parts = filter === '' ? [] : filter.split(' and ');
  const tests = parts.map((part): ((row: MilvusStoredRow) => boolean) => {
    const match = /^(key|owner|source) (==|>|in) (.+)$/.exec(part);
    if (!match) throw new Refusal(1100, `cannot parse expression: ${filter}`);
    const field = match[1] as 'key' | 'owner' | 'source'; // what the expression lets through
    const value: unknown = JSON.parse(match[3] ?? '');
    if (Array.isArray(value)) return (row) => value.includes(row[field]);
    return match[2] === '==' ? (row) => row[field] === value : (row) => row[field] > String(value);
  });
  return (row) => tests.every((test) => test(row));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, component, index) => sum + component * (b[index] ?? 0), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b) || 1);
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer); // a request without an encoding gives buffers
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Body; // only our own adapter asks
}
