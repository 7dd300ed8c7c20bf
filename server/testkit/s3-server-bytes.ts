import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

/** Bytes on the disk, so that a test server holds no body in memory. */
export interface StoredPiece {
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly md5: string;
  readonly sha256: string;
}

export async function storePiece(folder: string, body: AsyncIterable<Uint8Array>): Promise<StoredPiece> {
  const path = join(folder, randomUUID());
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let sizeBytes = 0;
  const file = await open(path, 'wx');
  try {
    for await (const bytes of body) {
      md5.update(bytes);
      sha256.update(bytes);
      sizeBytes += bytes.byteLength;
      await file.writeFile(bytes);
    }
  } finally {
    await file.close();
  }
  return { path, sizeBytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}

/** Bytes `start..end` (both included) of pieces that follow each other. */
export async function* readPieces(pieces: readonly StoredPiece[], start: number, end: number): AsyncGenerator<Buffer> {
  let before = 0;
  for (const { path, sizeBytes } of pieces) {
    const first = Math.max(start - before, 0);
    const last = Math.min(end - before, sizeBytes - 1);
    if (first <= last) {
      for await (const bytes of createReadStream(path, { start: first, end: last })) yield bytes as Buffer; // no encoding is set
    }
    before += sizeBytes;
  }
}

export function totalBytes(pieces: readonly StoredPiece[]): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** `bytes=a-b`, `bytes=a-` or `bytes=-n`; null without a range; 'bad' when it lies outside. */
export function parseRange(header: string | undefined, sizeBytes: number): { start: number; end: number } | null | 'bad' {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header);
  if (!match) return null;
  const [from = '', to = ''] = match.slice(1);
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return start > end || start >= sizeBytes ? 'bad' : { start, end };
}
