import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { getGRPCService, LOADER_OPTIONS, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { MilvusCollections, MilvusRefusal, type MilvusMessage, type MilvusStoredRow } from './milvus-collections.ts';

/** A Milvus of these tests: the gRPC calls that Scholium makes, as the SDK's own protos have them, on vectors in memory. */
export interface MilvusServer {
  readonly address: string;
  /** What was asked for, in order: `Search`, `Upsert`, ... */
  readonly calls: readonly string[];
  /** Filters of all searches and queries, in order. */
  readonly filters: readonly string[];
  /** Rows of all collections. */
  rows(): readonly MilvusStoredRow[];
  collections(): readonly string[];
  behave(how: MilvusBehaviour): Promise<void>;
  /** The next call of this name is refused. */
  failNext(call: string): void;
  /** All collections vanish, as after a lost disk. */
  loseCollections(): void;
  /** All collections are in the store, none in memory, as after a restart. */
  unloadCollections(): void;
  close(): Promise<void>;
}

/**
 * `unavailable`: every call ends in gRPC's status for it. `slow`: none is answered. `away`: nothing listens on the port.
 * `old`: the server knows none of the calls.
 */
export type MilvusBehaviour = 'well' | 'unavailable' | 'slow' | 'away' | 'old';

const SERVICE = 'milvus.proto.milvus.MilvusService';

type Call = ServerUnaryCall<MilvusMessage, unknown>;

/** Starts it on a free port. With a `token`, calls without it are refused as Milvus does. */
export async function startMilvus(token: string | null = null): Promise<MilvusServer> {
  const collections = new MilvusCollections(protos().shapes);
  const calls: string[] = [];
  const filters: string[] = [];
  let behaviour: MilvusBehaviour = 'well';
  let failing: string | null = null;
  function reply(name: string, call: Call, answer: sendUnaryData<unknown>): void {
    calls.push(name);
    const filter = name === 'Search' ? call.request.dsl : name === 'Query' ? call.request.expr : undefined;
    if (filter !== undefined) filters.push(filter);
    if (behaviour === 'slow') return;
    if (behaviour === 'unavailable') return answer({ code: status.UNAVAILABLE, details: 'proxy is not healthy' });
    if (behaviour === 'old') return answer({ code: status.UNIMPLEMENTED, details: `unknown method ${name}` });
    const isKnown = token === null || call.metadata.get('authorization')[0] === Buffer.from(token).toString('base64');
    if (!isKnown) return answer({ code: status.UNAUTHENTICATED, details: 'auth check failure, please check api key is correct' });
    try {
      if (name === failing) {
        failing = null;
        throw new MilvusRefusal(5, 'service internal error');
      }
      const done = { error_code: 'Success', code: 0 };
      const body = collections.answer(name, call.request);
      answer(null, STATUS_ONLY.has(name) ? done : { status: done, ...body });
    } catch (error) {
      const code = error instanceof MilvusRefusal ? error.code : 65_535;
      const refused = { error_code: 'UnexpectedError', code, reason: String(error) };
      answer(null, STATUS_ONLY.has(name) ? refused : { status: refused });
    }
  }
  let server = serve(reply);
  const port = await listen(server, 0);
  return {
    address: `http://127.0.0.1:${port}`,
    calls,
    filters,
    rows: () => collections.rows(),
    collections: () => collections.names(),
    async behave(how) {
      if (how === 'away') server.forceShutdown();
      if (how !== 'away' && behaviour === 'away') {
        server = serve(reply);
        await listen(server, port);
      }
      behaviour = how;
    },
    failNext: (call) => void (failing = call),
    loseCollections: () => collections.lose(),
    unloadCollections: () => collections.unload(),
    close: () => Promise.resolve(server.forceShutdown()),
  };
}

/** Calls that answer with a status alone. */
const STATUS_ONLY = new Set(['CreateCollection', 'CreateIndex', 'LoadCollection', 'DropCollection']);

interface Protos {
  readonly service: ServiceDefinition;
  readonly shapes: Shapes;
}

let read: Protos | null = null;

/** The protos are read once, which takes about 0.2 s: they are the same for every server of a test file. */
function protos(): Protos {
  read ??= { service: getGRPCService({ serviceName: SERVICE }, LOADER_OPTIONS).service, shapes: new Shapes() };
  return read;
}

/** The messages that travel as bytes inside others. */
class Shapes extends MilvusClient {
  constructor() {
    super({ address: 'unused:1', __SKIP_CONNECT__: true, pool: { min: 0, max: 1 } });
  }

  schema(bytes: Uint8Array): MilvusMessage {
    const { fields } = this.schemaProto.lookupType('milvus.proto.schema.CollectionSchema').decode(bytes).toJSON();
    // Names of calls are written as in the protos, those of these messages in camel case.
    const snake = (name: string): string => name.replace(/[A-Z](?![A-Z]|$)/g, (letter) => `_${letter.toLowerCase()}`);
    const rename = (field: object): object =>
      Object.fromEntries(Object.entries(field).map(([key, value]) => [snake(key), value]));
    return { fields: (fields as object[]).map(rename) } as MilvusMessage; // as the protos say
  }

  placeholders(bytes: Uint8Array): MilvusMessage {
    return this.milvusProto.lookupType('milvus.proto.common.PlaceholderGroup').decode(bytes).toJSON();
  }
}

function serve(reply: (name: string, call: Call, answer: sendUnaryData<unknown>) => void): Server {
  const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 * 1024 });
  const { service } = protos();
  const handlers = Object.keys(service).map((name) => [
    name,
    (call: Call, answer: sendUnaryData<unknown>) => reply(name, call, answer),
  ]);
  server.addService(service, Object.fromEntries(handlers) as Record<string, () => void>); // one for each call of the service
  return server;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}
