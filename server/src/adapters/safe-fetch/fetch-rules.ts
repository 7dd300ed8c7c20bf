import { allowList, type AllowList } from './allow-list.ts';
import { systemResolve } from './system-resolve.ts';

/** All addresses of a name, of every family. Rejects with a system error (`ENOTFOUND`) when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface FetchOptions {
  /** Networks (`10.0.0.0/8`), addresses and host names outside the public internet that may be reached all the same. */
  readonly allowPrivate?: readonly string[];
  /** How requests name themselves. */
  readonly userAgent?: string;
  /** The system's resolver unless given. Asked once for each connection. */
  readonly resolve?: Resolve;
  /** Certificates (PEM) of authorities that are trusted instead of the usual ones. */
  readonly trustedCertificates?: string;
  /** Look-up, connection and TLS together, for one connection. */
  readonly connectTimeoutMs?: number;
  /** From the start of one hop to the last byte of its headers. */
  readonly headersTimeoutMs?: number;
  /** A body that brings less in a whole window, while somebody waits for it, is given up. */
  readonly progress?: { readonly windowMs: number; readonly minBytes: number };
}

/** `FetchOptions` with everything said. */
export interface FetchRules {
  readonly allow: AllowList;
  readonly userAgent: string;
  readonly resolve: Resolve;
  readonly trustedCertificates: string | undefined;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly progress: { readonly windowMs: number; readonly minBytes: number };
}

/** All headers of an answer together, trailers included. Node's own limit is 16 KiB; some sites send more in cookies and policies. */
export const MAX_HEADER_BYTES = 32 * 1024;

/** @throws AppError `configuration_invalid` when an entry of `allowPrivate` is neither a network nor a name */
export function fetchRules(options: FetchOptions): FetchRules {
  return {
    allow: allowList(options.allowPrivate ?? []),
    userAgent: options.userAgent ?? 'Scholium',
    resolve: options.resolve ?? systemResolve(),
    trustedCertificates: options.trustedCertificates,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
    // 256 bytes a second: half of what the slowest modem sent; a drip below it only holds a connection
    progress: options.progress ?? { windowMs: 15_000, minBytes: 15 * 256 },
  };
}
