import { setTimeout as delay } from 'node:timers/promises';
import { IdempotencyStrategy, Storage, type Bucket } from '@google-cloud/storage';
import type { Log } from '../../core/ports/log.ts';
import { checkedBucket, checkedPrefix } from '../object-storage/object-name.ts';
import { isPassing, onGcs, statusOf } from './gcs-errors.ts';

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
  readonly signal?: AbortSignal;
  /** Undefined for none: a download takes as long as it takes. */
  readonly timeout?: number;
}

export interface GcsReply {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** A bucket, the client that reaches it and the limits to keep; what the parts of the adapter share. */
export interface GcsBucket {
  readonly client: Bucket;
  readonly name: string;
  /** Empty, or with one `/` at its end. */
  readonly prefix: string;
  /** `https://storage.googleapis.com` */
  readonly endpoint: string;
  readonly limits: GcsLimits;
  readonly log: Log | null;
  /** Runs requests of the SDK; what Google refuses becomes an AppError. */
  call<T>(work: () => Promise<T>): Promise<T>;
  /** One signed request as it is: any status is an answer, and nothing is repeated. @throws what the connection throws */
  request(request: GcsRequest): Promise<GcsReply>;
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
    timeout: limits.idleTimeoutMs,
    // Everything that is asked for through the SDK may be done twice: it names the generation that it means.
    retryOptions: { maxRetries: limits.attempts - 1, idempotencyStrategy: IdempotencyStrategy.RetryAlways },
  });
  return {
    client: storage.bucket(name),
    name,
    prefix: checkedPrefix(options.prefix, 'GCS_PREFIX'),
    endpoint: storage.apiEndpoint,
    limits,
    log: options.log ?? null,
    call: (work) => onGcs(name, work),
    request: async (request) =>
      storage.authClient.request({ ...request, retry: false, validateStatus: (status) => status !== 401 }),
    pause,
    async persist(work, signal) {
      for (let failures = 1; ; failures += 1) {
        try {
          return await work();
        } catch (error) {
          if (signal?.aborted || failures >= limits.attempts || !isPassing(statusOf(error))) throw error;
          await pause(failures, signal);
        }
      }
    },
  };

  async function pause(failures: number, signal?: AbortSignal): Promise<void> {
    const ms = limits.firstPauseMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
    await delay(ms, undefined, signal ? { signal } : {});
  }
}
