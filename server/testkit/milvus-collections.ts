/** A request as the SDK's protos have it: only what these tests look at. */
export interface MilvusMessage {
  readonly collection_name?: string;
  readonly expr?: string;
  readonly dsl?: string;
  readonly schema?: Uint8Array;
  readonly consistency_level?: string;
  readonly fields?: readonly MilvusField[];
  readonly fields_data?: readonly MilvusColumn[];
  readonly num_rows?: number;
  readonly output_fields?: readonly string[];
  readonly query_params?: readonly { readonly key: string; readonly value: string }[];
  readonly search_params?: readonly { readonly key: string; readonly value: string }[];
  readonly placeholder_group?: Uint8Array;
  /** Of a group: base64, as protobuf's JSON has bytes. */
  readonly placeholders?: readonly { readonly values: readonly string[] }[];
}

interface MilvusField {
  readonly name: string;
  readonly data_type: string;
  readonly is_primary_key?: boolean;
  readonly is_partition_key?: boolean;
  readonly type_params?: readonly { readonly key: string; readonly value: string }[];
}

interface MilvusColumn {
  readonly field_name: string;
  readonly scalars?: { readonly string_data?: { readonly data: readonly string[] } };
  readonly vectors?: { readonly dim: string; readonly float_vector?: { readonly data: readonly number[] } };
}

export interface MilvusStoredRow {
  readonly key: string;
  readonly owner: string;
  readonly source: string;
  readonly passage: string;
  readonly digest: string;
  readonly vector: readonly number[];
}

type TextField = Exclude<keyof MilvusStoredRow, 'vector'>;

interface Collection {
  readonly fields: readonly MilvusField[];
  readonly dimensions: number;
  hasIndex: boolean;
  isLoaded: boolean;
  readonly rows: Map<string, MilvusStoredRow>;
}

/** Reads the messages that travel as bytes. */
export interface MilvusShapes {
  schema(bytes: Uint8Array): MilvusMessage;
  placeholders(bytes: Uint8Array): MilvusMessage;
}

/** What Milvus answers with a status other than success. */
export class MilvusRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Collections of vectors in memory, compared exactly, which refuse what Milvus refuses. */
export class MilvusCollections {
  readonly #shapes: MilvusShapes;
  readonly #collections = new Map<string, Collection>();

  constructor(shapes: MilvusShapes) {
    this.#shapes = shapes;
  }

  rows(): MilvusStoredRow[] {
    return [...this.#collections.values()].flatMap(({ rows }) => [...rows.values()]);
  }

  names(): string[] {
    return [...this.#collections.keys()];
  }

  lose(): void {
    this.#collections.clear();
  }

  unload(): void {
    for (const collection of this.#collections.values()) collection.isLoaded = false;
  }

  /** The parts of a reply beside its status. @throws MilvusRefusal */
  answer(call: string, request: MilvusMessage): object {
    const name = request.collection_name ?? '';
    if (call === 'ShowCollections') return { collection_names: this.names(), collection_ids: this.names().map((_, at) => at) };
    if (call === 'CreateCollection') return this.#create(name, request);
    const collection = this.#collections.get(name);
    if (!collection) throw new MilvusRefusal(100, `can't find collection[database=default][collection=${name}]`);
    switch (call) {
      case 'DescribeCollection':
        return { collection_name: name, schema: { name, fields: collection.fields }, consistency_level: 'Strong' };
      case 'CreateIndex':
        collection.hasIndex = true;
        return {};
      case 'LoadCollection':
        if (!collection.hasIndex) throw new MilvusRefusal(700, `index not found[collection=${name}]`);
        collection.isLoaded = true;
        return {};
      case 'GetLoadingProgress':
        return { progress: collection.isLoaded ? 100 : 0 };
      case 'DropCollection':
        this.#collections.delete(name);
        return {};
    }
    if (call === 'Upsert') return upsert(collection, request);
    if (!collection.isLoaded) throw new MilvusRefusal(101, 'collection not loaded');
    switch (call) {
      case 'Delete':
        for (const { key } of passing(collection, request.expr)) collection.rows.delete(key);
        return {};
      case 'Query':
        return query(collection, request);
      case 'Search':
        return this.#search(collection, request);
      default:
        throw new MilvusRefusal(1, `no call ${call}`);
    }
  }

  #create(name: string, request: MilvusMessage): object {
    const { fields = [] } = this.#shapes.schema(request.schema ?? new Uint8Array());
    const dim = fields.find(({ data_type }) => data_type === 'FloatVector')?.type_params?.find(({ key }) => key === 'dim')?.value;
    const isWhole = fields.some((field) => field.is_primary_key) && fields.some((field) => field.is_partition_key);
    if (!/^[A-Za-z_]\w*$/.test(name) || !dim || !isWhole) throw new MilvusRefusal(1100, 'invalid collection');
    const collection = { fields, dimensions: Number(dim), hasIndex: false, isLoaded: false, rows: new Map() };
    if (!this.#collections.has(name)) this.#collections.set(name, collection);
    return {};
  }

  #search(collection: Collection, request: MilvusMessage): object {
    const [group] = this.#shapes.placeholders(request.placeholder_group ?? new Uint8Array()).placeholders ?? [];
    const bytes = Buffer.from(group?.values[0] ?? '', 'base64'); // one vector a call
    const asked = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
    const settings = new Map(request.search_params?.map(({ key, value }) => [key, value]));
    if (settings.get('metric_type') !== 'COSINE' || settings.get('anns_field') !== 'vector') {
      throw new MilvusRefusal(1100, 'invalid search');
    }
    if (asked.length !== collection.dimensions) throw new MilvusRefusal(65_535, 'vector dimension mismatch');
    const scored = passing(collection, request.dsl).map((row) => ({ row, score: cosine(asked, row.vector) }));
    const best = scored.sort((a, b) => b.score - a.score).slice(0, Number(settings.get('topk')));
    const found = best.map(({ row }) => row);
    const results = {
      num_queries: 1,
      top_k: best.length,
      topks: [best.length],
      scores: best.map(({ score }) => score),
      ids: { str_id: { data: found.map(({ key }) => key) } },
      output_fields: request.output_fields,
      fields_data: columns(found, request.output_fields),
    };
    return { results };
  }
}

function query(collection: Collection, request: MilvusMessage): object {
  const limit = Number(request.query_params?.find(({ key }) => key === 'limit')?.value ?? 0);
  if (limit > 16_384) throw new MilvusRefusal(65_535, 'invalid max query result window');
  const rows = passing(collection, request.expr).sort((a, b) => (a.key < b.key ? -1 : 1));
  return { output_fields: request.output_fields, fields_data: columns(rows.slice(0, limit), request.output_fields) };
}

function upsert(collection: Collection, { fields_data: sent = [], num_rows: count = 0 }: MilvusMessage): object {
  const texts = (name: TextField): readonly string[] =>
    sent.find(({ field_name }) => field_name === name)?.scalars?.string_data?.data ?? [];
  const vectors = sent.find(({ field_name }) => field_name === 'vector')?.vectors;
  const components = vectors?.float_vector?.data ?? [];
  if (components.length !== count * collection.dimensions) throw new MilvusRefusal(1804, 'the dim of the vectors is wrong');
  for (let at = 0; at < count; at++) {
    const text = (name: TextField): string => {
      const value = texts(name)[at];
      const most = collection.fields.find((field) => field.name === name)?.type_params?.find(({ key }) => key === 'max_length');
      if (value === undefined || value.length > Number(most?.value))
        throw new MilvusRefusal(1100, `${name} is too long or missing`);
      return value;
    };
    const key = text('key');
    const vector = components.slice(at * collection.dimensions, (at + 1) * collection.dimensions);
    const names = { owner: text('owner'), source: text('source'), passage: text('passage'), digest: text('digest') };
    collection.rows.set(key, { key, ...names, vector });
  }
  return { upsert_cnt: count };
}

function columns(rows: readonly MilvusStoredRow[], names: readonly string[] = []): object[] {
  const texts = ['key', 'owner', 'source', 'passage', 'digest'] as const;
  return texts
    .filter((name) => names.includes(name))
    .map((name) => ({
      type: 'VarChar',
      field_name: name,
      scalars: { string_data: { data: rows.map((row) => row[name]) } },
    }));
}

/** `field == "x"`, `key > "x"` and `key in ["x", "y"]`, joined by `and`. */
function passing(collection: Collection, filter = ''): MilvusStoredRow[] {
  const parts = filter === '' ? [] : filter.split(' and ');
  const tests = parts.map((part): ((row: MilvusStoredRow) => boolean) => {
    const match = /^(key|owner|source) (==|>|in) (.+)$/.exec(part);
    if (!match) throw new MilvusRefusal(1100, `cannot parse expression: ${filter}`);
    const field = match[1] as 'key' | 'owner' | 'source'; // what the expression lets through
    const value: unknown = JSON.parse(match[3] ?? '');
    if (Array.isArray(value)) return (row) => value.includes(row[field]);
    return match[2] === '==' ? (row) => row[field] === value : (row) => row[field] > String(value);
  });
  return [...collection.rows.values()].filter((row) => tests.every((test) => test(row)));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, component, index) => sum + component * (b[index] ?? 0), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b) || 1);
}
