import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePassage } from '../../../testkit/search-index.conformance.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { ownerScope } from '../../core/domain/scope.ts';
import { reachOf } from './match-words.ts';
import { openPglitePool } from './pglite-pool.fixture.ts';
import { createPostgresSearchIndex } from './postgres-search-index.ts';
import { inTransaction, type SearchPool, type SqlClient } from './search-pool.ts';
import { vectorTableFor } from './vector-table.ts';

const PASSAGES = 3_000;
const DIMENSIONS = 64;
const ASKED = 20;
const NEAREST = 10;

let pool: SearchPool;
beforeAll(async () => {
  pool = await openPglitePool();
  const index = createPostgresSearchIndex({ database: { pool }, log: silentLog });
  // Half is Ann's, in two courses, half is Ben's: the index of the vectors holds both.
  for (const owner of ['ann', 'ben']) {
    for (const course of ['c1', 'c2']) {
      const passages = Array.from({ length: PASSAGES / 4 }, (_, n) => ({
        ...makePassage(`${owner}-${course}:1:${n}`, 'words'),
        sourceId: `${owner}-${course}`,
        courseId: course,
      }));
      await index.replace(ownerScope(owner), `${owner}-${course}`, passages);
      const vectors = passages.map(({ id }) => ({ id, vector: randomVector() }));
      await index.addVectors(ownerScope(owner), 'test:1', vectors);
    }
  }
  await pool.query('ANALYZE search_vectors; ANALYZE search_passages;');
}, 120_000);
afterAll(() => pool?.end());

describe('the vectors in pgvector', () => {
  it.each([
    ['of one owner', 'ann', {}],
    ['of one course of an owner', 'ann', { courseId: 'c2' }],
    ['of everybody', null, {}],
  ])('%s are found by the HNSW index as by comparing all', async (_what, owner, filter) => {
    let same = 0;
    const plans: string[] = [];
    for (let asked = 0; asked < ASKED; asked++) {
      const vector = randomVector();
      const [exact, found] = await inTransaction(pool, 'BEGIN', async (client) => {
        const reach = await reachOf(client, owner, filter);
        const all = await vectorTableFor('pgvector', { scannedPassages: PASSAGES }).nearest(client, reach, vector, NEAREST);
        // So few vectors would be sorted whole; a hundred times as many are not.
        await client.query('SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
        const near = await vectorTableFor('pgvector', { scannedPassages: 100 }).nearest(
          explaining(client, plans),
          reach,
          vector,
          NEAREST,
        );
        return [all, near];
      });
      expect(exact).toHaveLength(NEAREST);
      same += found.filter((row) => exact.includes(row)).length;
    }
    expect(same / (ASKED * NEAREST)).toBeGreaterThanOrEqual(0.95);
    expect(plans).toHaveLength(ASKED);
    for (const plan of plans) expect(plan).toContain('search_vectors_near');
  });
});

/** A client that keeps the plan of each search. */
function explaining(client: SqlClient, plans: string[]): SqlClient {
  return {
    ...client,
    query: async (text, values) => {
      if (/^\s*SELECT v\.row/.test(text)) {
        const { rows } = await client.query(`EXPLAIN ${text}`, values);
        plans.push(JSON.stringify(rows));
      }
      return client.query(text, values);
    },
  };
}

let seed = 11;
/** The same in every run: components between -1 and 1. */
function randomVector(): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return seed / 2 ** 31;
  });
}
