import { logger, MilvusClient } from '@zilliz/milvus2-sdk-node';

export interface MilvusConnectionOptions {
  /** `http://host:19530`, or `https://...` for TLS. */
  readonly address: string;
  /** An API key or `user:password`; null when the server asks for none. */
  readonly token: string | null;
}

/** What Milvus says when it does not do what it was asked, or `0` as the code when it does not answer. Never shown to people. */
export class MilvusError extends Error {
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Milvus calls a collection that is not there 100, one that is there but not in memory 101. */
  get isCollectionLost(): boolean {
    return this.code === 100 || this.code === 101;
  }
}

/** The parts of a reply that tell whether it is one: calls answer with a status, or with something that has one. */
interface Status {
  readonly error_code?: string | number;
  readonly code?: number;
  readonly reason?: string;
}
export type MilvusReply = Status | { readonly status: Status };

/** One call of the SDK, which is given the time limit. */
export type MilvusRun<T> = (client: MilvusClient, limit: { readonly timeout: number }) => Promise<T>;

/** The largest reply that is read; 8,000 keys with digests are about 1 MB. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** A connection that broke is tried again after at most so long: before the index asks again (`retryMs`). */
const RECONNECT_MS = 5000;

/** gRPC's status for a call that took too long. */
const DEADLINE_EXCEEDED = 4;

/**
 * Calls of Milvus through its SDK over gRPC. Nothing is connected before the first call, broken connections are made anew, and
 * each call ends at its time limit, also while it waits for one of the SDK's channels.
 *
 * @example const connection = new MilvusConnection({ address: 'http://localhost:19530', token: null })
 */
export class MilvusConnection {
  readonly #client: MilvusClient;
  readonly #closing = new AbortController();

  constructor({ address, token }: MilvusConnectionOptions) {
    // The SDK prints requests to the console; what matters is logged by the index.
    logger.silent = true;
    this.#client = new MilvusClient({
      address,
      ...(token !== null && { token }),
      // Its own greeting is sent once and not again when it failed; calls need none.
      __SKIP_CONNECT__: true,
      maxRetries: 0,
      channelOptions: {
        'grpc.max_receive_message_length': MAX_REPLY_BYTES,
        'grpc.initial_reconnect_backoff_ms': 200,
        'grpc.max_reconnect_backoff_ms': RECONNECT_MS,
        // A proxy for web pages is none for a database beside this server.
        'grpc.enable_http_proxy': 0,
      },
    });
  }

  /**
   * Makes one call.
   *
   * @throws MilvusError
   */
  async call<T extends MilvusReply>(run: MilvusRun<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    const limit = AbortSignal.timeout(timeoutMs);
    const stop = AbortSignal.any([limit, this.#closing.signal, ...(signal ? [signal] : [])]);
    try {
      stop.throwIfAborted();
      const reply = await orStopped(run(this.#client, { timeout: timeoutMs }), stop);
      checkStatus(reply);
      return reply;
    } catch (error) {
      if (error instanceof MilvusError) throw error;
      if (isStatus(error)) checkStatus(error); // some calls of the SDK throw what Milvus replied
      const isLate = limit.aborted || (error as { code?: unknown } | null)?.code === DEADLINE_EXCEEDED; // looked at only
      throw new MilvusError(0, isLate ? `Milvus did not answer within ${timeoutMs} ms.` : 'Milvus cannot be used.', {
        cause: error,
      });
    }
  }

  /** Ends calls that run, and closes what is open. */
  close(): void {
    this.#closing.abort(new MilvusError(0, 'The connection was closed.'));
    // The SDK waits for its calls, each of which ends at its limit.
    this.#client.closeConnection().catch(() => {});
  }
}

function checkStatus(reply: MilvusReply): void {
  const status = 'status' in reply ? reply.status : reply;
  // A server that does not know a call is answered for by the SDK with an empty reply.
  if (status.error_code === undefined) throw new MilvusError(0, 'Milvus does not know this call: it is older than 2.4.');
  if (status.error_code !== 'Success' || (status.code ?? 0) !== 0) {
    throw new MilvusError(status.code ?? 0, status.reason || 'Milvus refused.');
  }
}

function isStatus(error: unknown): error is Status {
  return typeof error === 'object' && error !== null && 'error_code' in error;
}

/** The SDK cannot be told to stop: its reply is then not waited for any longer. */
function orStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onStop = (): void => reject(stop.reason as Error); // any() and timeout() abort with errors
    stop.addEventListener('abort', onStop, { once: true });
    const ended = (): void => stop.removeEventListener('abort', onStop);
    work.finally(ended).then(resolve, reject);
  });
}
