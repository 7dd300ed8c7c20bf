import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { checkedKey } from '../src/adapters/disk/blob-path.ts';
import { AppError } from '../src/core/domain/app-error.ts';
import { ownerOf, type Scope } from '../src/core/domain/scope.ts';
import type { Blobs } from '../src/core/ports/blobs.ts';

/** `Blobs` in memory, for tests. Only `withFile` touches the disk, in a folder of its own that it removes. */
export function memoryBlobs(clock: { now(): number } = Date): Blobs {
  const files = new Map<string, Buffer>();
  const written = new Map<string, { readonly at: number; readonly version: string }>();
  let writes = 0;
  const store = (target: string, bytes: Buffer): void => {
    files.set(target, bytes);
    written.set(target, { at: clock.now(), version: String((writes += 1)) });
  };
  const place = (scope: Scope, key: string): string => JSON.stringify([ownerOf(scope), checkedKey(key)]);
  const get = (scope: Scope, key: string): Buffer => {
    const bytes = files.get(place(scope, key));
    if (!bytes)
      throw new AppError('source_not_found', 'The file is not in the store. It may have been removed; upload it again.');
    return bytes;
  };
  return {
    async put(scope, key, data, { maxBytes, signal, digest = true } = {}) {
      const target = place(scope, key);
      try {
        signal?.throwIfAborted();
        const pieces: Buffer[] = [];
        let sizeBytes = 0;
        for await (const piece of signal ? addAbortSignal(signal, data) : data) {
          const bytes = Buffer.from(piece as Uint8Array); // byte streams yield bytes or text, and Buffer.from takes both
          sizeBytes += bytes.length;
          if (maxBytes !== undefined && sizeBytes > maxBytes) {
            throw new AppError('body_too_large', `The file is larger than ${maxBytes} bytes. Send a smaller one.`);
          }
          pieces.push(bytes);
        }
        const whole = Buffer.concat(pieces);
        store(target, whole);
        return { sizeBytes, sha256: digest ? createHash('sha256').update(whole).digest('hex') : '' };
      } finally {
        data.destroy();
      }
    },
    async move(scope, from, to) {
      const target = place(scope, to);
      const bytes = get(scope, from);
      files.delete(place(scope, from));
      store(target, bytes);
    },
    async stat(scope, key) {
      const bytes = files.get(place(scope, key));
      return bytes ? { sizeBytes: bytes.length } : null;
    },
    async read(scope, key, range) {
      const bytes = get(scope, key);
      return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]);
    },
    async withFile(scope, key, work) {
      const bytes = get(scope, key);
      const folder = await mkdtemp(join(tmpdir(), 'scholium-blob-'));
      try {
        const path = join(folder, 'blob');
        await writeFile(path, bytes);
        return await work(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async remove(scope, key) {
      files.delete(place(scope, key));
    },
    uri: (_scope, key) => `local://${checkedKey(key)}`,
    async *stored() {
      for (const place of files.keys()) {
        const { at, version } = written.get(place)!; // set with every file
        yield { place, key: String(JSON.parse(place)[1]), writtenAt: at, version };
      }
    },
    place,
    async removeStored({ place, version }) {
      return written.get(place)?.version === version && files.delete(place);
    },
    async check() {},
  };
}
