import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MilvusCall } from './milvus-client.ts';

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

const keyRows = z.array(z.object({ key: z.string(), digest: z.string() }));
const foundRows = z.array(z.object({ passage: z.string() }));

/**
 * The vectors of one embedder in a collection of their own. Owners and sources are named by their SHA-256, so that nothing
 * of ours has to be quoted in a filter, and names of any length fit.
 */
export class MilvusVectors {
  readonly name: string;
  readonly #call: MilvusCall;
  readonly #dimensions: number;

  constructor(call: MilvusCall, prefix: string, embedderId: string, dimensions: number) {
    this.#call = call;
    this.#dimensions = dimensions;
    this.name = collectionName(prefix, embedderId, dimensions);
  }

  /** Makes the collection when it is missing, and has it loaded. */
  async ensure(): Promise<void> {
    const collectionName = this.name;
    const { has } = await this.#call('collections/has', { collectionName }, z.object({ has: z.boolean() }));
    if (!has) await this.#call('collections/create', { collectionName, ...this.#shape() }, z.unknown());
    await this.#call('collections/load', { collectionName }, z.unknown());
  }

  /** Keys of the rows with the digest of what they hold. */
  async keys(reach: MilvusReach): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const where = filterOf(reach);
    for (let last = ''; ;) {
      const filter = [...where, `key > "${last}"`].join(' and ');
      const body = { collectionName: this.name, filter, outputFields: ['key', 'digest'], limit: PAGE_ROWS };
      const rows = await this.#call('entities/query', { ...body, consistencyLevel: 'Strong' }, keyRows);
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
      await this.#call('entities/upsert', { collectionName: this.name, data }, z.unknown());
    }
  }

  async removeKeys(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETE_ROWS) {
      const list = keys.slice(start, start + DELETE_ROWS).map((key) => `"${key}"`);
      await this.#call('entities/delete', { collectionName: this.name, filter: `key in [${list.join(', ')}]` }, z.unknown());
    }
  }

  /** Ids of the owner's passages nearest to a vector, best first. */
  async nearest(ownerId: string, vector: Float32Array, limit: number, signal: AbortSignal): Promise<string[]> {
    const body = {
      collectionName: this.name,
      data: [Array.from(vector)],
      annsField: 'vector',
      filter: filterOf({ ownerId }).join(' and '),
      limit,
      outputFields: ['passage'],
      consistencyLevel: 'Strong',
    };
    return (await this.#call('entities/search', body, foundRows, signal)).map(({ passage }) => passage);
  }

  #shape(): object {
    const text = (fieldName: string, length: number, more: object = {}): object => ({
      fieldName,
      dataType: 'VarChar',
      elementTypeParams: { max_length: String(length) },
      ...more,
    });
    const vector = { fieldName: 'vector', dataType: 'FloatVector', elementTypeParams: { dim: String(this.#dimensions) } };
    const fields = [
      text('key', 64, { isPrimary: true }),
      text('owner', 64, { isPartitionKey: true }),
      text('source', 64),
      text('passage', 1024),
      text('digest', 32),
      vector,
    ];
    return {
      schema: { autoId: false, enableDynamicField: false, fields },
      indexParams: [{ fieldName: 'vector', indexName: 'vector', metricType: 'COSINE', indexType: 'AUTOINDEX' }],
      params: { consistencyLevel: 'Strong' },
    };
  }
}

/** Drops the collections of embedders other than the one whose collection is named; all of ours for null. */
export async function dropOtherCollections(call: MilvusCall, prefix: string, kept: string | null): Promise<void> {
  const names = await call('collections/list', {}, z.array(z.string()));
  const isOurs = (name: string): boolean =>
    name.startsWith(`${prefix}_`) && /^[0-9a-f]{16}_\d+$/.test(name.slice(prefix.length + 1));
  for (const collectionName of names) {
    if (isOurs(collectionName) && collectionName !== kept) await call('collections/drop', { collectionName }, z.unknown());
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
