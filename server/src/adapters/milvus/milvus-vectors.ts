import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsistencyLevelEnum, DataType, type FieldType } from '@zilliz/milvus2-sdk-node';
import { z } from 'zod';
import { MilvusError, type MilvusConnection, type MilvusReply, type MilvusRun } from './milvus-connection.ts';

/** Where vectors are kept, and how long a call may take. */
export interface MilvusPlace {
  readonly connection: MilvusConnection;
  /** The beginning of the names of collections. */
  readonly prefix: string;
  readonly searchTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

/** A passage's vector as it is put into Milvus. */
export interface MilvusRow {
  readonly ownerId: string;
  readonly sourceId: string;
  readonly passageId: string;
  readonly vector: Float32Array;
}

/** Whose rows are meant: those of an owner, of a source, of both, or all. */
export interface MilvusReach {
  readonly ownerId?: string;
  readonly sourceId?: string;
}

/** Most rows of a query's reply; Milvus refuses more than 16,384. */
const PAGE_ROWS = 8000;

/** Rows sent in one call: with 3,072 dimensions about 3 MB, below the 64 MB Milvus takes. */
const PUT_ROWS = 100;

const DELETE_ROWS = 1000;

/** How often Milvus is asked whether a collection is in memory. */
const LOADING_MS = 100;

const keyRows = z.array(z.object({ key: z.string(), digest: z.string() }));
const foundRows = z.array(z.object({ passage: z.string() }));

/**
 * The vectors of one embedder in a collection of their own. Owners and sources are named by their SHA-256, so that nothing
 * of ours has to be quoted in a filter, and names of any length fit.
 */
export class MilvusVectors {
  readonly name: string;
  readonly #place: MilvusPlace;
  readonly #dimensions: number;

  constructor(place: MilvusPlace, embedderId: string, dimensions: number) {
    this.#place = place;
    this.#dimensions = dimensions;
    this.name = collectionName(place.prefix, embedderId, dimensions);
  }

  /** Makes the collection when it is missing, and has it loaded. What was cut off in the middle is made whole. */
  async ensure(): Promise<void> {
    const collection_name = this.name;
    if (!(await this.#exists())) {
      const shape = { collection_name, fields: this.#fields(), consistency_level: 'Strong' };
      await this.#write((client, limit) => client.createCollection({ ...shape, ...limit }));
      await this.#exists(); // the SDK keeps its shape, by which it writes rows
    }
    const index = { field_name: 'vector', index_name: 'vector', index_type: 'AUTOINDEX', metric_type: 'COSINE' };
    await this.#write((client, limit) => client.createIndex({ collection_name, ...index, ...limit }));
    await this.#write((client, limit) => client.loadCollectionAsync({ collection_name, ...limit }));
    const until = Date.now() + this.#place.writeTimeoutMs;
    for (;;) {
      const { progress } = await this.#write((client, limit) => client.getLoadingProgress({ collection_name, ...limit }));
      if (Number(progress) >= 100) return;
      if (Date.now() > until) throw new MilvusError(0, 'Milvus is still loading the collection.');
      await sleep(LOADING_MS);
    }
  }

  /** Keys of the rows with the digest of what they hold. */
  async keys(reach: MilvusReach): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const where = filterOf(reach);
    for (let last = ''; ;) {
      const filter = [...where, `key > "${last}"`].join(' and ');
      const query = { collection_name: this.name, filter, output_fields: ['key', 'digest'], limit: PAGE_ROWS };
      const reply = await this.#write((client, limit) =>
        client.query({ ...query, consistency_level: ConsistencyLevelEnum.Strong, ...limit }),
      );
      const rows = keyRows.parse(reply.data);
      for (const { key, digest } of rows) found.set(key, digest);
      if (rows.length < PAGE_ROWS) return found;
      // With a limit Milvus answers in the order of the keys, on which the iterators of its SDKs rely too.
      last = rows.reduce((highest, { key }) => (key > highest ? key : highest), last);
    }
  }

  /** Puts rows in place of those with the same key. */
  async put(rows: readonly MilvusRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += PUT_ROWS) {
      const data = rows.slice(start, start + PUT_ROWS).map((row) => ({
        key: keyOf(row),
        owner: sha256(row.ownerId),
        source: sha256(row.sourceId),
        passage: row.passageId,
        digest: digestOf(row),
        vector: Array.from(row.vector),
      }));
      await this.#write((client, limit) => client.upsert({ collection_name: this.name, data, ...limit }));
    }
  }

  async removeKeys(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETE_ROWS) {
      const list = keys.slice(start, start + DELETE_ROWS).map((key) => `"${key}"`);
      const rows = { collection_name: this.name, filter: `key in [${list.join(', ')}]` };
      await this.#write((client, limit) => client.deleteEntities({ ...rows, ...limit }));
    }
  }

  /** Ids of the owner's passages nearest to a vector, best first. */
  async nearest(ownerId: string, vector: Float32Array, limit: number, signal: AbortSignal): Promise<string[]> {
    const query = {
      collection_name: this.name,
      data: Array.from(vector),
      anns_field: 'vector',
      metric_type: 'COSINE',
      filter: filterOf({ ownerId }).join(' and '),
      limit,
      output_fields: ['passage'],
      consistency_level: ConsistencyLevelEnum.Strong,
    };
    const { connection, searchTimeoutMs } = this.#place;
    const reply = await connection.call((client, limits) => client.search({ ...query, ...limits }), searchTimeoutMs, signal);
    return foundRows.parse(reply.results).map(({ passage }) => passage);
  }

  /** Asks anew each time: what the SDK remembers of a collection may be gone. */
  async #exists(): Promise<boolean> {
    try {
      const collection_name = this.name;
      await this.#write((client, limit) => client.describeCollection({ collection_name, cache: false, ...limit }));
      return true;
    } catch (error) {
      if (error instanceof MilvusError && error.code === 100) return false;
      throw error;
    }
  }

  #write<T extends MilvusReply>(run: MilvusRun<T>): Promise<T> {
    return this.#place.connection.call(run, this.#place.writeTimeoutMs);
  }

  #fields(): FieldType[] {
    const text = (name: string, length: number, more: Partial<FieldType> = {}): FieldType => ({
      name,
      data_type: DataType.VarChar,
      max_length: length,
      ...more,
    });
    return [
      text('key', 64, { is_primary_key: true, autoID: false }),
      text('owner', 64, { is_partition_key: true }),
      text('source', 64),
      text('passage', 1024),
      text('digest', 32),
      { name: 'vector', data_type: DataType.FloatVector, dim: this.#dimensions },
    ];
  }
}

/** Drops the collections of embedders other than the one whose collection is named; all of ours for null. */
export async function dropOtherCollections(place: MilvusPlace, kept: string | null): Promise<void> {
  const { connection, prefix, writeTimeoutMs } = place;
  const { data } = await connection.call((client, limit) => client.showCollections(limit), writeTimeoutMs);
  const isOurs = (name: string): boolean =>
    name.startsWith(`${prefix}_`) && /^[0-9a-f]{16}_\d+$/.test(name.slice(prefix.length + 1));
  for (const { name: collection_name } of data) {
    if (!isOurs(collection_name) || collection_name === kept) continue;
    await connection.call((client, limit) => client.dropCollection({ collection_name, ...limit }), writeTimeoutMs);
  }
}

export function collectionName(prefix: string, embedderId: string, dimensions: number): string {
  return `${prefix}_${sha256(embedderId).slice(0, 16)}_${dimensions}`;
}

/** The name of a passage's row: ids of passages are unique for an owner only. */
export function keyOf({ ownerId, passageId }: Pick<MilvusRow, 'ownerId' | 'passageId'>): string {
  return sha256(JSON.stringify([ownerId, passageId]));
}

/** Tells whether a row still holds what it should. */
export function digestOf({ sourceId, vector }: Pick<MilvusRow, 'sourceId' | 'vector'>): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return createHash('sha256').update(sourceId).update('\0').update(bytes).digest('hex').slice(0, 32);
}

function filterOf({ ownerId, sourceId }: MilvusReach): string[] {
  return [
    ...(ownerId === undefined ? [] : [`owner == "${sha256(ownerId)}"`]),
    ...(sourceId === undefined ? [] : [`source == "${sha256(sourceId)}"`]),
  ];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
