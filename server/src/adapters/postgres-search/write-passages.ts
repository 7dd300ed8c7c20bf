import type { IndexedPassage } from '../../core/domain/passage.ts';
import { columnNames, columnTypes, selectedColumns, toColumns, type PassageColumns } from './passage-row.ts';
import { rowsOf, type SqlClient } from './search-pool.ts';
import { countWords, packPosting, storable, type CountedWords } from './search-words.ts';
import { storeTerms } from './source-terms-table.ts';
import type { VectorTable } from './vector-table.ts';

/** Passages that are sent to the server in one statement. */
const BATCH = 500;

type StoredPassage = PassageColumns & { readonly row: number };

/**
 * Puts the passages in place of all the source had. Those whose id and text stay keep their vectors. Run in a transaction;
 * writers of one owner wait for each other.
 */
export async function replacePassages(
  client: SqlClient,
  ownerId: string,
  sourceId: string,
  passages: readonly IndexedPassage[],
): Promise<void> {
  await client.query('INSERT INTO search_owners (owner_id) VALUES ($1) ON CONFLICT DO NOTHING', [ownerId]);
  const owner = await lockOwner(client, ownerId);
  if (owner !== null) await replaceOfOwner(client, owner, sourceId, passages);
}

/** Removes all passages of a source; of every owner when `ownerId` is null. Run in a transaction. */
export async function removeSource(client: SqlClient, ownerId: string | null, sourceId: string): Promise<void> {
  // In one order for all, so that two removals never wait for each other.
  const holders = await rowsOf<{ owner_id: string }>(
    client,
    `SELECT DISTINCT o.owner_id FROM search_passages p JOIN search_owners o USING (owner)
     WHERE p.source_id = $1 AND ($2::text IS NULL OR o.owner_id = $2) ORDER BY o.owner_id`,
    [sourceId, ownerId],
  );
  for (const holder of holders) {
    const owner = await lockOwner(client, holder.owner_id);
    if (owner !== null) await replaceOfOwner(client, owner, sourceId, []);
  }
}

/** Gives passages their vectors. Ids that are not there are passed over. Run in a transaction. */
export async function addVectors(
  client: SqlClient,
  table: VectorTable,
  ownerId: string,
  embedderId: string,
  vectors: readonly { readonly id: string; readonly vector: Float32Array }[],
): Promise<void> {
  const dimensions = vectors[0]?.vector.length;
  if (dimensions === undefined) return;
  const owner = await lockOwner(client, ownerId);
  if (owner === null) return;
  await useSpace(client, table, embedderId, dimensions);
  const byId = new Map(vectors.map(({ id, vector }) => [storable(id), vector]));
  const there = await rowsOf<{ row: number; id: string }>(
    client,
    'SELECT row::float8 AS row, id FROM search_passages WHERE owner = $1 AND id = ANY($2::text[])',
    [owner, [...byId.keys()]],
  );
  const known = there.flatMap(({ row, id }) => {
    const vector = byId.get(id);
    return vector?.length === dimensions ? [{ row, vector }] : [];
  });
  await table.put(client, owner, known);
  await client.query(
    `UPDATE search_source_terms SET vectors_version = gen_random_uuid() WHERE owner = $1 AND source_id IN
       (SELECT source_id FROM search_passages WHERE row = ANY($2::bigint[]))`,
    [owner, known.map(({ row }) => row)],
  );
  await noteChange(client, owner);
}

/** Tells all processes that what they keep of the owner in memory is old. */
async function noteChange(client: SqlClient, owner: number): Promise<void> {
  await client.query('UPDATE search_owners SET version = gen_random_uuid() WHERE owner = $1', [owner]);
}

/** Drops the vectors of another embedder, which are of no more use, and makes room for those of this one. */
async function useSpace(client: SqlClient, table: VectorTable, embedderId: string, dimensions: number): Promise<void> {
  const find = 'SELECT 1 FROM search_space WHERE embedder_id = $1 AND dimensions = $2';
  if ((await rowsOf(client, find, [embedderId, dimensions])).length > 0) return;
  await client.query('LOCK TABLE search_space IN EXCLUSIVE MODE');
  if ((await rowsOf(client, find, [embedderId, dimensions])).length > 0) return; // another process was faster
  await client.query('DROP TABLE IF EXISTS search_vectors');
  await client.query('DELETE FROM search_space');
  await table.make(client, dimensions);
  await client.query('INSERT INTO search_space (embedder_id, dimensions) VALUES ($1, $2)', [embedderId, dimensions]);
}

async function lockOwner(client: SqlClient, ownerId: string): Promise<number | null> {
  const find = 'SELECT owner FROM search_owners WHERE owner_id = $1 FOR UPDATE';
  return (await rowsOf<{ owner: number }>(client, find, [ownerId]))[0]?.owner ?? null;
}

async function replaceOfOwner(
  client: SqlClient,
  owner: number,
  sourceId: string,
  passages: readonly IndexedPassage[],
): Promise<void> {
  await storeTerms(client, owner, sourceId, passages);
  await noteChange(client, owner);
  const stored = await rowsOf<StoredPassage>(
    client,
    `SELECT p.row::float8 AS row, ${selectedColumns} FROM search_passages p WHERE p.source_id = $1 AND p.owner = $2`,
    [sourceId, owner],
  );
  const before = new Map(stored.map((row) => [row.id, row]));
  const added: PassageColumns[] = [];
  const moved: PassageColumns[] = [];
  const kept: StoredPassage[] = [];
  for (const wanted of passages.map(toColumns)) {
    const row = before.get(wanted.id);
    if (row?.text !== wanted.text || row.context !== wanted.context) {
      added.push(wanted);
      continue;
    }
    before.delete(wanted.id);
    kept.push(row);
    if (columnNames.some((column) => row[column] !== wanted[column])) moved.push(wanted);
  }
  const gone = [...before.values()];
  await updatePassages(client, owner, moved);
  if (gone.length === 0 && added.length === 0) return;
  await client.query('DELETE FROM search_passages WHERE row = ANY($1::bigint[])', [gone.map(({ row }) => row)]);
  const inserted = await insertPassages(client, owner, added);
  const [old, now] = [stored.map(withWords), [...kept, ...inserted].map(withWords)];
  await replacePostings(client, owner, old, now);
  await storeCounts(client, owner, old, now);
}

async function insertPassages(client: SqlClient, owner: number, added: readonly PassageColumns[]): Promise<StoredPassage[]> {
  const inserted: StoredPassage[] = [];
  for (let start = 0; start < added.length; start += BATCH) {
    const batch = added.slice(start, start + BATCH);
    const rows = await rowsOf<{ row: number; id: string }>(
      client,
      `INSERT INTO search_passages (owner, ${columnNames.join(', ')})
       SELECT $1, ${columnNames.map((name) => `x.${name}`).join(', ')}
       FROM jsonb_to_recordset($2::text::jsonb) AS x(place integer, ${columnTypes})
       ORDER BY x.place RETURNING row::float8 AS row, id`,
      [owner, JSON.stringify(batch.map((row, place) => ({ ...row, place })))],
    );
    const byId = new Map(rows.map(({ id, row }) => [id, row]));
    for (const passage of batch) inserted.push({ ...passage, row: byId.get(passage.id)! }); // it was inserted just now
  }
  return inserted;
}

async function updatePassages(client: SqlClient, owner: number, moved: readonly PassageColumns[]): Promise<void> {
  if (moved.length === 0) return;
  await client.query(
    `UPDATE search_passages p SET ${columnNames.map((name) => `${name} = x.${name}`).join(', ')}
     FROM jsonb_to_recordset($2::text::jsonb) AS x(${columnTypes}) WHERE p.owner = $1 AND p.id = x.id`,
    [owner, JSON.stringify(moved)],
  );
}

interface Worded extends CountedWords {
  readonly row: number;
}

function withWords({ row, text, context }: StoredPassage): Worded {
  return { row, ...countWords(text, context) };
}

/** Puts the lists of a source's words in place of those it had; the lowest row of the source is their common name. */
async function replacePostings(client: SqlClient, owner: number, old: readonly Worded[], now: readonly Worded[]): Promise<void> {
  const remove = 'DELETE FROM search_postings WHERE owner = $1 AND block = $2 AND stem = ANY($3::text[])';
  if (old.length > 0)
    await client.query(remove, [owner, blockOf(old), [...new Set(old.flatMap(({ halves }) => [...halves.keys()]))]]);
  if (now.length === 0) return;
  const lists = new Map<string, string[]>();
  for (const { row, halves, words } of now) {
    for (const [stem, count] of halves) {
      const list = lists.get(stem);
      const posting = packPosting(row, words, count);
      if (list) list.push(posting);
      else lists.set(stem, [posting]);
    }
  }
  await client.query(
    `INSERT INTO search_postings SELECT $1, x.stem, $2, x.list::bigint[] FROM unnest($3::text[], $4::text[]) AS x(stem, list)`,
    [owner, blockOf(now), [...lists.keys()], Array.from(lists.values(), (list) => `{${list.join(',')}}`)],
  );
}

function blockOf(passages: readonly Worded[]): number {
  return passages.reduce((lowest, { row }) => Math.min(lowest, row), Infinity);
}

/** In how many of the owner's passages each stem stands, and how many words they have: by how much the change changes it. */
async function storeCounts(client: SqlClient, owner: number, old: readonly Worded[], now: readonly Worded[]): Promise<void> {
  const stems = new Map<string, number>();
  let moreWords = 0;
  for (const [passages, sign] of [
    [old, -1],
    [now, 1],
  ] as const) {
    for (const { halves, words } of passages) {
      moreWords += sign * words;
      for (const stem of halves.keys()) stems.set(stem, (stems.get(stem) ?? 0) + sign);
    }
  }
  const changed = [...stems].filter(([, passages]) => passages !== 0);
  await client.query(
    `INSERT INTO search_terms AS t SELECT $1, * FROM unnest($2::text[], $3::integer[])
     ON CONFLICT (owner, stem) DO UPDATE SET passages = t.passages + excluded.passages`,
    [owner, changed.map(([stem]) => stem), changed.map(([, passages]) => passages)],
  );
  const fewer = changed.filter(([, passages]) => passages < 0).map(([stem]) => stem);
  const tidy = 'DELETE FROM search_terms WHERE owner = $1 AND stem = ANY($2::text[]) AND passages <= 0';
  if (fewer.length > 0) await client.query(tidy, [owner, fewer]);
  const change = 'UPDATE search_owners SET passages = passages + $2, words = words + $3 WHERE owner = $1';
  await client.query(change, [owner, now.length - old.length, moreWords]);
}
