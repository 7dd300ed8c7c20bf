import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Storage, type Bucket } from '@google-cloud/storage';
import type { Log } from '../../core/ports/log.ts';
import { checkedBucket, checkedPrefix } from '../object-storage/object-name.ts';
import { isPassing, onGcs, refused, statusOf } from './gcs-errors.ts';

export interface GcsBlobsOptions {
  readonly bucket: string;
  /** What the names of all objects begin with; empty for none. */
  readonly prefix: string;
  /** Null for the default credentials of the machine. */
  readonly credentialsFile: string | null;
  /** Null for Google itself; otherwise a server of the tests. */
  readonly apiEndpoint: string | null;
  /** Where `withFile` puts its copies. */
  readonly temporaryDir: string;
  readonly log?: Log;
  readonly limits?: Partial<GcsLimits>;
}

export interface GcsLimits {
  /** A multiple of 256 KiB (Google). */
  readonly chunkBytes: number;
  /** For one request, a chunk of an upload included. */
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly checkTimeoutMs: number;
  /** Failures in a row; an answer that brings the upload on starts the count anew. */
  readonly attempts: number;
  /** Doubles with each failure in a row. */
  readonly firstPauseMs: number;
}

const LIMITS: GcsLimits = {
  chunkBytes: 8 * 1024 * 1024,
  requestTimeoutMs: 120_000,
  idleTimeoutMs: 30_000,
  checkTimeoutMs: 5_000,
  attempts: 5,
  firstPauseMs: 250,
};

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly data?: Buffer;
  readonly responseType?: 'stream' | 'json';
  readonly signal?: AbortSignal | undefined;
  /** Until the answer is there: whole, or of a stream its head. */
  readonly timeoutMs: number;
}

export interface GcsReply {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** A bucket, what reaches it and the limits to keep; what the parts of the adapter share. */
export interface GcsBucket {
  readonly client: Bucket;
  readonly name: string;
  /** Empty, or with one `/` at its end. */
  readonly prefix: string;
  /** `https://storage.googleapis.com` */
  readonly endpoint: string;
  readonly limits: GcsLimits;
  readonly log: Log | null;
  /** One signed request as it is: any status is an answer, and nothing is repeated. @throws what the connection throws */
  request(request: GcsRequest): Promise<GcsReply>;
  /** Asks until there is an answer that is not a passing failure. @throws AppError `storage_unavailable` */
  ask(method: GcsRequest['method'], path: string): Promise<GcsReply>;
  /** Repeats what failed in passing, with growing pauses. @throws the last error */
  persist<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Waits after the n-th failure in a row, so that many clients do not come back at once. */
  pause(failures: number, signal?: AbortSignal): Promise<void>;
}

/** Opens no connection. @throws AppError `configuration_invalid` */
export function gcsBucket(options: GcsBlobsOptions): GcsBucket {
  const name = checkedBucket(options.bucket, 'GCS_BUCKET');
  const limits = { ...LIMITS, ...options.limits };
  const storage = new Storage({
    ...(options.credentialsFile === null ? {} : { keyFilename: options.credentialsFile }),
    ...(options.apiEndpoint === null ? {} : { apiEndpoint: options.apiEndpoint, useAuthWithCustomEndpoint: true }),
  });
  return {
    client: storage.bucket(name),
    name,
    prefix: checkedPrefix(options.prefix, 'GCS_PREFIX'),
    endpoint: storage.apiEndpoint,
    limits,
    log: options.log ?? null,
    request,
    ask: (method, path) => onGcs(name, () => persist(() => askOnce(method, path))),
    pause,
    persist,
  };

  /** The limit holds for fetching a token as well, which the client does when it needs one. */
  async function request({ timeoutMs, signal, ...wanted }: GcsRequest): Promise<GcsReply> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('Google did not answer in time.')), timeoutMs);
    const tooLate = once(late.signal, 'abort').then(() => Promise.reject(late.signal.reason as Error)); // ours
    tooLate.catch(() => {}); // when the answer was faster, nobody asks for it
    try {
      const either = signal ? AbortSignal.any([late.signal, signal]) : late.signal;
      const own = { retry: false, validateStatus: (status: number) => status !== 401 }; // the client gets a new token then
      const answer = async (): Promise<GcsReply> => {
        // A request that is aborted before it begins ends the process: the client makes a stream of the bytes, whose error
        // nobody hears. With the token at hand, nothing can happen between this look and the beginning.
        await storage.authClient.getRequestHeaders(wanted.url);
        either.throwIfAborted();
        return storage.authClient.request({ ...wanted, ...own, signal: either });
      };
      const answered = answer();
      answered.catch(() => {}); // when the time was up first, nobody asks for it
      return await Promise.race([answered, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function askOnce(method: GcsRequest['method'], path: string): Promise<GcsReply> {
    const url = `${storage.apiEndpoint}/storage/v1/b/${name}${path}`;
    const reply = await request({ method, url, responseType: 'json', timeoutMs: limits.idleTimeoutMs });
    if (isPassing(reply.status)) throw refused(name, reply.status);
    return reply;
  }

  async function persist<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (signal?.aborted || failures >= limits.attempts || !isPassing(statusOf(error))) throw error;
        await pause(failures, signal);
      }
    }
  }

  async function pause(failures: number, signal?: AbortSignal): Promise<void> {
    const ms = limits.firstPauseMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
    await delay(ms, undefined, signal ? { signal } : {});
  }
}
