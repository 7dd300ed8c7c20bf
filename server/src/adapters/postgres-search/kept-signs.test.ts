import { Client, Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../../testkit/postgres-server.ts';
import { makePassage, makeVector } from '../../../testkit/search-index.conformance.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import type { QueryVector } from '../../core/ports/search-index.ts';
import { createPostgresSearchIndex, type PostgresSearchIndex } from './postgres-search-index.ts';
import type { SearchPool } from './search-pool.ts';

const ann = ownerScope('ann');
const signal = new AbortController().signal;
let server: PostgresServer;
let url: string;
/** Two processes of an installation: one writes, the other is asked. */
let writer: PostgresSearchIndex;
let reader: PostgresSearchIndex;
/** What the reader sends to the server. */
let statements: string[];
let pool: Pool;

beforeAll(async () => {
  server = await startPostgres();
}, 30_000);
afterAll(() => server?.close());
beforeEach(async () => {
  url = await server.freshDatabase();
  statements = [];
  pool = new Pool({ connectionString: url, max: 4 });
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...input: unknown[]) => unknown; // one of its overloads
    Object.assign(client, { query: (...input: unknown[]) => (statements.push(String(input[0])), query(...input)) });
  });
  writer = createPostgresSearchIndex({ database: { url }, log: silentLog });
  reader = createPostgresSearchIndex({ database: { pool: pool as unknown as SearchPool }, log: silentLog }); // `pg` declares overloads
  return async () => {
    await Promise.all([writer.close(), reader.close()]);
    await pool.end();
  };
});

async function put(sourceId: string, weights: Readonly<Record<number, number>>, embedderId = 'test', owner = ann): Promise<void> {
  await writer.replace(owner, sourceId, [makePassage(`${sourceId}:1:0`, `words of ${sourceId}`)]);
  await writer.addVectors(owner, embedderId, [{ id: `${sourceId}:1:0`, vector: makeVector(weights) }]);
}

/** Ids that the reader finds by meaning alone, nearest first. */
async function near(vector: Float32Array, embedderId = 'test', owner = ann): Promise<string[]> {
  const query: QueryVector = { embedderId, values: vector };
  const { hits } = await reader.search(owner, { text: 'zyzzyva', vector: query, filter: {}, limit: 10 }, signal);
  return hits.map(({ passage }) => passage.sourceId);
}

const scans = (): number => statements.filter((text) => text.includes('bit_count')).length;
const reads = (): number => statements.filter((text) => text.includes('varbit_send')).length;

describe('sign bits kept in memory', () => {
  it('answer without a scan by the server, and are read once for many questions at once', async () => {
    await put('a', { 0: 1 });
    await put('b', { 0: 1, 1: -1 });
    const found = await Promise.all(Array.from({ length: 12 }, () => near(makeVector({ 0: 1 }))));
    for (const ids of found) expect(ids).toEqual(['a', 'b']);
    expect([reads(), scans()]).toEqual([1, 0]);
  });

  it('follow what another process adds, changes, moves and removes, and read only the sources that changed', async () => {
    await put('a', { 0: 1 });
    expect(await near(makeVector({ 0: 1 }))).toEqual(['a']);
    await put('b', { 0: 1, 1: 0.1 });
    expect(await near(makeVector({ 0: 1, 1: 0.1 }))).toEqual(['b', 'a']);
    expect(reads()).toBe(2);
    expect(await near(makeVector({ 0: 1, 1: 0.1 }))).toEqual(['b', 'a']);
    expect(reads()).toBe(2);
    await writer.replace(ann, 'a', [makePassage('a:1:0', 'other words')]);
    expect(await near(makeVector({ 0: 1 }))).toEqual(['b']);
    await writer.addVectors(ann, 'test', [{ id: 'a:1:0', vector: makeVector({ 0: 1 }) }]);
    await writer.replace(ann, 'a', [makePassage('a:1:0', 'other words', { courseId: 'moved' })]);
    const ofCourse = {
      text: 'zyzzyva',
      vector: { embedderId: 'test', values: makeVector({ 0: 1 }) },
      filter: { courseId: 'moved' },
    };
    const { hits } = await reader.search(ann, { ...ofCourse, limit: 10 }, signal);
    expect(hits.map(({ passage }) => passage.id)).toEqual(['a:1:0']);
    await writer.remove(ann, 'b');
    expect(await near(makeVector({ 0: 1 }))).toEqual(['a']);
  });

  it('are those of the new model when the model is changed, and those of new tables when the tables were lost', async () => {
    await put('a', { 0: 1 });
    expect(await near(makeVector({ 0: 1 }))).toEqual(['a']);
    await put('b', { 0: 1 }, 'other');
    expect(await near(makeVector({ 0: 1 }), 'other')).toEqual(['b']);
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(
      'DROP TABLE search_vectors, search_passages, search_source_terms, search_owners, search_space, search_meta',
    );
    await client.end();
    await put('c', { 0: 1 });
    expect(await near(makeVector({ 0: 1 }))).toEqual(['c']);
  });

  it('are apart for each owner', async () => {
    const ben = ownerScope('ben');
    await put('a', { 0: 1 });
    await put('b', { 0: 1 }, 'test', ben);
    expect([await near(makeVector({ 0: 1 })), await near(makeVector({ 0: 1 }), 'test', ben)]).toEqual([['a'], ['b']]);
  });
});
