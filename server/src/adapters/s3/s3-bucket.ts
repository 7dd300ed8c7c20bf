import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { AppError } from '../../core/domain/app-error.ts';
import type { Log } from '../../core/ports/log.ts';
import { checkedBucket, checkedPrefix } from '../object-storage/object-name.ts';
import { onS3 } from './s3-errors.ts';

const MIB = 1024 * 1024;

export interface S3BlobsOptions {
  readonly bucket: string;
  /** What the names of all objects begin with; empty for none. */
  readonly prefix: string;
  /** Null for AWS itself; otherwise the address of MinIO, R2, Ceph, ... */
  readonly endpoint: string | null;
  /** Null: what the SDK finds (`AWS_REGION`, the profile), or `us-east-1` at an endpoint of one's own. */
  readonly region: string | null;
  /** Where `withFile` puts its copies. */
  readonly temporaryDir: string;
  readonly log?: Log;
  /** For tests. Without them the default chain of the SDK: environment, profile, role of the container or machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly limits?: Partial<S3Limits>;
}

export interface S3Limits {
  /** At least 5 MiB (S3). 16 MiB times the 10,000 parts that S3 takes are 160 GB for one file. */
  readonly partBytes: number;
  /**
   * What is copied in one request. S3 takes 5 GiB; less is asked for, since other servers copy without a sign of life,
   * which looks like a hanging connection.
   */
  readonly copyBytes: number;
  readonly copyPartBytes: number;
  readonly connectTimeoutMs: number;
  /** No byte in either direction for so long: the connection is given up and the request tried again. */
  readonly idleTimeoutMs: number;
  readonly checkTimeoutMs: number;
  readonly attempts: number;
}

const LIMITS: S3Limits = {
  partBytes: 16 * MIB,
  copyBytes: 512 * MIB,
  copyPartBytes: 256 * MIB,
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
  checkTimeoutMs: 5_000,
  attempts: 4,
};

/** A bucket, the client that reaches it and the limits to keep; what the parts of the adapter share. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** Empty, or with one `/` at its end. */
  readonly prefix: string;
  readonly limits: S3Limits;
  readonly log: Log | null;
  /** Runs one or more requests; what S3 refuses becomes an AppError. */
  call<T>(work: (client: S3Client) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Opens no connection. @throws AppError `configuration_invalid` */
export function s3Bucket(options: S3BlobsOptions): S3Bucket {
  const name = checkedBucket(options.bucket, 'S3_BUCKET');
  const limits = { ...LIMITS, ...options.limits };
  checkEndpoint(options.endpoint);
  const client = new S3Client(clientConfig(options, limits));
  return {
    client,
    name,
    prefix: checkedPrefix(options.prefix, 'S3_PREFIX'),
    limits,
    log: options.log ?? null,
    call: (work, signal) => onS3(name, () => work(client), signal),
  };
}

/** The SDK takes `minio:9000` for an address of the scheme `minio:`, and would send keys in an address to a log. */
function checkEndpoint(endpoint: string | null): void {
  if (endpoint === null) return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '') return;
  throw new AppError(
    'configuration_invalid',
    'S3_ENDPOINT_URL must be an address like https://minio.example:9000, without keys in it.',
  );
}

function clientConfig({ endpoint, region, credentials }: S3BlobsOptions, limits: S3Limits): S3ClientConfig {
  const own = endpoint === null ? {} : { endpoint, forcePathStyle: true }; // `bucket.minio:9000` has no name in any DNS
  const where = region ?? (endpoint === null ? null : 'us-east-1');
  return {
    ...own,
    ...(where === null ? {} : { region: where }),
    ...(credentials ? { credentials } : {}),
    // By default the SDK sends CRC32 trailers in aws-chunked bodies, which older MinIO and Ceph, R2 and Backblaze refuse.
    // The checksum of every body stands in its signature all the same, since parts are signed whole.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: limits.attempts,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: limits.connectTimeoutMs, socketTimeout: limits.idleTimeoutMs },
  };
}
