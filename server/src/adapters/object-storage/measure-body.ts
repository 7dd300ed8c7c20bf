import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import { AppError } from '../../core/domain/app-error.ts';
import type { BlobInfo, Blobs } from '../../core/ports/blobs.ts';

export type PutOptions = NonNullable<Parameters<Blobs['put']>[3]>;

export interface MeasuredBody {
  /** The bytes as they come, to be read once. */
  readonly pieces: AsyncIterable<Buffer>;
  /** Size and checksum of what was read; final once `pieces` has ended. */
  info(): BlobInfo;
  /** Base64, as Google asks for it. */
  md5(): string;
}

/**
 * Computes size and checksum of a body while it is handed on.
 * @throws AppError (while reading) `body_too_large` past `maxBytes`; the body's own error; the signal's reason
 */
export function measureBody(data: Readable, { maxBytes, signal, digest = true }: PutOptions, withMd5 = false): MeasuredBody {
  const hash = digest ? createHash('sha256') : null;
  const md5 = createHash('md5');
  let sizeBytes = 0;
  async function* pieces(): AsyncGenerator<Buffer> {
    signal?.throwIfAborted();
    for await (const piece of signal ? addAbortSignal(signal, data) : data) {
      const bytes = asBuffer(piece as string | Uint8Array); // byte streams yield these two
      sizeBytes += bytes.byteLength;
      if (maxBytes !== undefined && sizeBytes > maxBytes) {
        throw new AppError('body_too_large', `The file is larger than ${maxBytes} bytes. Send a smaller one.`);
      }
      hash?.update(bytes);
      if (withMd5) md5.update(bytes);
      yield bytes;
    }
    signal?.throwIfAborted();
  }
  return {
    pieces: pieces(),
    info: () => ({ sizeBytes, sha256: hash?.copy().digest('hex') ?? '' }),
    md5: () => md5.copy().digest('base64'),
  };
}

function asBuffer(piece: string | Uint8Array): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
