import { Client, type QueryResult } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../../testkit/postgres-server.ts';
import { makePassage, makeVector, searchIndexConformance } from '../../../testkit/search-index.conformance.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import type { SearchReply } from '../../core/ports/search-index.ts';
import { openPglitePool } from './pglite-pool.fixture.ts';
import { createPostgresSearchIndex, type PostgresSearchIndex } from './postgres-search-index.ts';
import type { SearchPool } from './search-pool.ts';

const ann = ownerScope('ann');
const tides = makePassage('s:1:0', 'The tides rise.');
const tablesOf = 'search_vectors, search_passages, search_postings, search_terms, search_owners, search_space, search_meta';
let server: PostgresServer;
let pglite: SearchPool;
beforeAll(async () => {
  [server, pglite] = await Promise.all([startPostgres(), openPglitePool()]);
}, 60_000);
afterAll(() => Promise.all([server?.close(), pglite?.end()]));

const open = (url: string, onEmptied = (): void => {}): PostgresSearchIndex =>
  createPostgresSearchIndex({ database: { url }, log: silentLog, onEmptied });

function find(index: PostgresSearchIndex, text: string, signal = new AbortController().signal): Promise<SearchReply> {
  return index.search(ann, { text, vector: null, filter: {}, limit: 5 }, signal);
}

searchIndexConformance('PostgresSearchIndex without pgvector', async () => open(await server.freshDatabase()));

searchIndexConformance('PostgresSearchIndex with pgvector', async () => {
  await pglite.query(`DROP TABLE IF EXISTS ${tablesOf} CASCADE`);
  return createPostgresSearchIndex({ database: { pool: pglite }, log: silentLog });
});

describe('PostgresSearchIndex', () => {
  it('says whether the server has pgvector', async () => {
    const without = open(await server.freshDatabase());
    expect(await without.vectorSupport()).toBe('exact');
    await without.close();
    const withIt = createPostgresSearchIndex({ database: { pool: pglite }, log: silentLog });
    expect(await withIt.vectorSupport()).toBe('pgvector');
  });

  it('makes its tables once when several processes start together, and keeps what it was given', async () => {
    const url = await server.freshDatabase();
    let emptied = 0;
    const indexes = Array.from({ length: 6 }, () => open(url, () => emptied++));
    await Promise.all(indexes.map((index) => index.check()));
    expect(emptied).toBe(1);
    await indexes[0]!.replace(ann, 's', [tides]);
    expect((await find(indexes[1]!, 'tides')).hits[0]?.passage).toEqual(tides);
    await Promise.all(indexes.map((index) => index.close()));
  });

  it.each([`DROP TABLE ${tablesOf.replace('search_vectors, ', '')}`, 'DROP TABLE search_terms'])(
    'makes tables anew that went missing while it is in use (%s)',
    async (damage) => {
      const url = await server.freshDatabase();
      let emptied = 0;
      const index = open(url, () => emptied++);
      await index.replace(ann, 's', [tides]);
      await run(url, damage);
      const replies = await Promise.all([1, 2, 3].map(() => find(index, 'tides')));
      expect(replies.map(({ hits }) => hits)).toEqual([[], [], []]);
      expect(emptied).toBe(2);
      await index.replace(ann, 's', [tides]);
      expect((await find(index, 'tides')).hits).toHaveLength(1);
      await index.close();
    },
  );

  it('makes tables of another version anew', async () => {
    const url = await server.freshDatabase();
    const first = open(url);
    await first.replace(ann, 's', [tides]);
    await first.close();
    await run(url, 'UPDATE search_meta SET version = version - 1');
    let emptied = 0;
    const second = open(url, () => emptied++);
    expect(await second.count(ann)).toBe(0);
    expect(emptied).toBe(1);
    await second.close();
  });

  it('says that it cannot be used while the server is away, without internals, and recovers', async () => {
    const own = await startPostgres();
    const index = open(await own.freshDatabase());
    await index.replace(ann, 's', [tides]);
    await own.stop('crash');
    const error: unknown = await find(index, 'tides').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'search_unavailable', detail: expect.not.stringContaining(String(own.port)) });
    await expect(index.check()).rejects.toMatchObject({ code: 'search_unavailable' });
    await own.start();
    expect((await find(index, 'tides')).hits).toHaveLength(1);
    await index.close();
    await own.close();
  });

  it('stops at once when told to, stops the statement on the server too, and can be searched again', async () => {
    const url = await server.freshDatabase();
    const index = open(url);
    await index.replace(ann, 's', [tides]);
    const blocker = new Client({ connectionString: url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE search_postings IN ACCESS EXCLUSIVE MODE');
    const controller = new AbortController();
    const searching = find(index, 'tides', controller.signal);
    searching.catch(() => {}); // looked at below
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%JOIN search_postings%'`;
    await expect.poll(async () => (await run(url, waiting)).rowCount, { timeout: 10_000 }).toBe(1);
    controller.abort();
    await expect(searching).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(async () => (await run(url, waiting)).rowCount).toBe(0);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect((await find(index, 'tides')).hits).toHaveLength(1);
    await index.close();
  });

  it('finds what was added, changed and kept by a second writing of a source, each once, and leaves nothing of what is gone', async () => {
    const url = await server.freshDatabase();
    const index = open(url);
    await index.replace(ann, 's', [tides, makePassage('s:1:1', 'The moon pulls.'), makePassage('s:1:2', 'Old words.')]);
    await index.replace(ann, 's', [makePassage('s:1:1', 'The moon shines.'), tides, makePassage('s:1:3', 'The tides fall.')]);
    const ids = async (text: string) => (await find(index, text)).hits.map(({ passage }) => passage.id).sort();
    expect([await ids('tides'), await ids('moon'), await ids('pulls old')]).toEqual([['s:1:0', 's:1:3'], ['s:1:1'], []]);
    await index.remove(ann, 's');
    const rows = 'SELECT (SELECT count(*) FROM search_postings) AS postings, (SELECT count(*) FROM search_terms) AS terms';
    expect((await run(url, rows)).rows).toEqual([{ postings: '0', terms: '0' }]);
    await index.close();
  });

  it('keeps a vector when a passage only moves to another course', async () => {
    const index = open(await server.freshDatabase());
    await index.replace(ann, 's', [tides]);
    await index.addVectors(ann, 'test', [{ id: 's:1:0', vector: makeVector({ 0: 1 }) }]);
    await index.replace(ann, 's', [{ ...tides, courseId: 'other' }]);
    expect(await index.withoutVector(ann, 'test', 's')).toEqual([]);
    expect((await find(index, 'tides')).hits[0]?.passage.courseId).toBe('other');
    await index.close();
  });
});

/** One statement on a connection of its own: inside a transaction, the server's view of its activity stands still. */
async function run(url: string, statement: string): Promise<QueryResult> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
