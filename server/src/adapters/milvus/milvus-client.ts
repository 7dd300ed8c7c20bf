import { z } from 'zod';

export interface MilvusClientOptions {
  /** `http://host:19530`, or `https://...`. */
  readonly address: string;
  /** An API key or `user:password`; null when the server asks for none. */
  readonly token: string | null;
  /** After so long without an answer a call fails. */
  readonly timeoutMs: number;
}

/** Answers of a call's `data`, as the schema has them. */
export type MilvusCall = <T>(path: string, body: object, data: z.ZodType<T>, signal?: AbortSignal) => Promise<T>;

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

/** The largest reply that is read; 16,384 keys with digests are about 2 MB. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

const envelope = z.object({ code: z.number(), message: z.string().optional(), data: z.unknown() });

/**
 * Calls of Milvus' RESTful interface v2, which every Milvus from 2.4 on serves on the same port as gRPC. Its Node SDK is not
 * used: it brings 81 packages of 41 MB, some of them under the LGPL (decision 0010).
 *
 * @example const call = milvusCalls({ address: 'http://localhost:19530', token: null, timeoutMs: 2000 })
 * @throws MilvusError
 */
export function milvusCalls({ address, token, timeoutMs }: MilvusClientOptions): MilvusCall {
  const headers = { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) };
  return async (path, body, data, signal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const url = new URL(`/v2/vectordb/${path}`, address);
      const both = signal ? AbortSignal.any([limit, signal]) : limit;
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: both, redirect: 'error' });
      const text = await readLimited(response);
      if (!response.ok) throw new MilvusError(response.status, `Milvus answered with status ${response.status}.`);
      const reply = envelope.parse(JSON.parse(text));
      // 200 is what versions before 2.4 call success.
      if (reply.code !== 0 && reply.code !== 200) throw new MilvusError(reply.code, reply.message ?? 'Milvus refused.');
      return data.parse(reply.data);
    } catch (error) {
      if (error instanceof MilvusError) throw error;
      throw new MilvusError(0, limit.aborted ? `Milvus did not answer within ${timeoutMs} ms.` : 'Milvus cannot be reached.', {
        cause: error,
      });
    }
  };
}

async function readLimited(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_REPLY_BYTES) throw new MilvusError(0, 'The reply of Milvus is too large.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
