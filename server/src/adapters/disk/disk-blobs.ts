import { createHash } from 'node:crypto';
import { open, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { AppError } from '../../core/domain/app-error.ts';
import type { Scope } from '../../core/domain/scope.ts';
import type { BlobInfo, Blobs } from '../../core/ports/blobs.ts';
import { makeFolder } from '../system/make-folder.ts';
import { blobPath, blobPlace, checkedKey } from './blob-path.ts';
import { isMissing, onDisk } from './disk-errors.ts';
import { removeListed, storedOnDisk } from './stored-on-disk.ts';
import { clearTemporaryFolder, temporaryPath } from './temporary-files.ts';

/**
 * Blobs as files below `dataDir/blobs/OWNER/KEY`. Files are written below `dataDir/blobs/.incoming` (the same file
 * system, so that the rename is atomic) and appear only whole.
 *
 * @throws AppError `storage_unavailable` when the folder cannot be made or written to
 */
export async function openDiskBlobs({ dataDir }: { dataDir: string }): Promise<Blobs> {
  const root = join(dataDir, 'blobs');
  const incoming = join(root, '.incoming'); // no owner's folder begins with a dot
  await onDisk(() => clearTemporaryFolder(incoming));
  await check();
  return {
    put,
    move,
    stat: statBlob,
    read,
    withFile,
    remove,
    uri: (_scope, key) => `local://${checkedKey(key)}`,
    check,
    stored: () => storedOnDisk(root),
    place: blobPlace,
    removeStored: (blob) => onDisk(() => removeListed(root, blob)),
    sweep,
    freeBytes,
  };

  async function put(scope: Scope, key: string, data: Readable, options: PutOptions = {}): Promise<BlobInfo> {
    const target = blobPath(root, scope, key);
    const temporary = temporaryPath(incoming);
    // A body may break off before its first piece is asked for; reading it then throws what is ignored here.
    data.on('error', () => {});
    try {
      const file = await onDisk(() => open(temporary, 'wx'));
      try {
        const info = await writeAll(file, data, options);
        await onDisk(() => file.sync());
        options.signal?.throwIfAborted();
        await file.close();
        await onDisk(() => putInPlace(temporary, target));
        return info;
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {}); // removed at the next start then
      throw error;
    } finally {
      data.destroy();
    }
  }

  async function move(scope: Scope, from: string, to: string): Promise<void> {
    const source = blobPath(root, scope, from);
    const target = blobPath(root, scope, to);
    await present(scope, from);
    await onDisk(() => putInPlace(source, target));
    await onDisk(() => syncFolder(dirname(source)));
  }

  async function statBlob(scope: Scope, key: string): Promise<{ sizeBytes: number } | null> {
    const path = blobPath(root, scope, key);
    return onDisk(async () => {
      try {
        const facts = await stat(path);
        return facts.isFile() ? { sizeBytes: facts.size } : null;
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  async function read(scope: Scope, key: string, range?: { start: number; end: number }): Promise<Readable> {
    const path = await present(scope, key);
    const file = await onDisk(() => open(path, 'r'));
    return file.createReadStream(range ? { start: range.start, end: range.end } : {});
  }

  async function withFile<T>(scope: Scope, key: string, work: (path: string) => Promise<T>): Promise<T> {
    return work(await present(scope, key));
  }

  async function remove(scope: Scope, key: string): Promise<void> {
    const path = blobPath(root, scope, key);
    await onDisk(() => rm(path, { force: true }));
  }

  async function sweep(): Promise<number> {
    return onDisk(() => clearTemporaryFolder(incoming));
  }

  async function check(): Promise<void> {
    const probe = temporaryPath(incoming);
    await onDisk(async () => {
      const file = await open(probe, 'wx');
      try {
        await file.write('x');
      } finally {
        await file.close();
        await rm(probe, { force: true });
      }
    });
  }

  async function freeBytes(): Promise<number> {
    const { bavail, bsize } = await onDisk(() => statfs(root));
    return bavail * bsize;
  }

  /** The path of a file that is there. */
  async function present(scope: Scope, key: string): Promise<string> {
    if (await statBlob(scope, key)) return blobPath(root, scope, key);
    throw new AppError('source_not_found', 'The file is not in the store. It may have been removed; upload it again.');
  }
}

/** So much is written at a time: a call costs as much as copying a hundred kilobytes. */
const WRITE_BYTES = 512 * 1024;

type PutOptions = NonNullable<Parameters<Blobs['put']>[3]>;

/** Writes at the pace of the disk: the next piece is asked for when the last is written. */
async function writeAll(file: FileHandle, data: Readable, { maxBytes, signal, digest = true }: PutOptions): Promise<BlobInfo> {
  const hash = digest ? createHash('sha256') : null;
  let sizeBytes = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  signal?.throwIfAborted();
  for await (const piece of signal ? addAbortSignal(signal, data) : data) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : (piece as Uint8Array); // byte streams yield these two
    sizeBytes += bytes.byteLength;
    if (maxBytes !== undefined && sizeBytes > maxBytes) {
      throw new AppError('body_too_large', `The file is larger than ${maxBytes} bytes. Send a smaller one.`);
    }
    hash?.update(bytes);
    waiting.push(bytes);
    waitingBytes += bytes.byteLength;
    if (waitingBytes < WRITE_BYTES) continue;
    await writeTogether(file, waiting);
    [waiting, waitingBytes] = [[], 0];
  }
  await writeTogether(file, waiting);
  return { sizeBytes, sha256: hash?.digest('hex') ?? '' };
}

async function writeTogether(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  if (pieces.length === 0) return;
  await onDisk(async () => {
    let { bytesWritten } = await file.writev(pieces);
    // The system may take a part only (a nearly full disk does).
    for (const piece of pieces) {
      let offset = Math.min(bytesWritten, piece.byteLength);
      bytesWritten -= offset;
      while (offset < piece.byteLength) offset += (await file.write(piece, offset)).bytesWritten;
    }
  });
}

async function putInPlace(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  const made = await makeFolder(folder);
  await rename(from, to);
  await syncFolder(folder);
  if (made === undefined) return;
  // New folders are names in their parents, which must be on the disk as well.
  for (let parent = dirname(folder); parent.length >= dirname(made).length; parent = dirname(parent)) await syncFolder(parent);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
