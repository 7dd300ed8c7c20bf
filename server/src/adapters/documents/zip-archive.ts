import { inflateRawSync } from 'node:zlib';
import { DocumentFault, damaged, tooLarge } from './document-fault.ts';
import type { DocumentLimits } from './document-limits.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

type ArchiveLimits = Pick<DocumentLimits, 'archiveEntries' | 'unpackedBytes' | 'unpackRatio' | 'ratioFloorBytes'>;

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;

/**
 * An archive in memory, of which single files are unpacked into memory when they are asked for by name: nothing is ever
 * written, links mean nothing, and an archive inside an archive is only bytes. What is unpacked is counted as it comes out.
 */
export class ZipArchive {
  /** Of all files, as they stand in the directory. */
  readonly names: readonly string[];
  readonly #bytes: Buffer;
  readonly #limits: ArchiveLimits;
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  #unpackedBytes = 0;

  /** @throws DocumentFault as `readZipDirectory` does */
  constructor(bytes: Buffer, limits: ArchiveLimits) {
    const readBytes = (start: number, length: number): Buffer | null =>
      start >= 0 && start + length <= bytes.length ? bytes.subarray(start, start + length) : null;
    const entries = readZipDirectory(bytes.length, readBytes, limits.archiveEntries);
    this.#bytes = bytes;
    this.#limits = limits;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.names = [...this.#entries.keys()];
  }

  /**
   * The bytes of a file; null when there is none of this name.
   *
   * @throws DocumentFault `document_protected`, `document_damaged`, `document_too_large`
   */
  read(name: string): Buffer | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    if (entry.encrypted) {
      throw new DocumentFault('document_protected', 'The archive is encrypted. Save a copy without a password.');
    }
    const packed = this.#packed(entry);
    const unpacked = this.#unpack(entry, packed);
    this.#unpackedBytes += unpacked.length;
    return unpacked;
  }

  #packed(entry: ZipEntry): Buffer {
    const at = entry.headerAt;
    const bytes = this.#bytes;
    if (at + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== LOCAL_SIGNATURE) {
      throw damaged('A file of the archive is missing. Save or download the document again.');
    }
    const start = at + LOCAL_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    if (start + entry.packedBytes > bytes.length) {
      throw damaged('The archive breaks off. Save or download the document again.');
    }
    return bytes.subarray(start, start + entry.packedBytes);
  }

  #unpack(entry: ZipEntry, packed: Buffer): Buffer {
    const left = this.#limits.unpackedBytes - this.#unpackedBytes;
    const byRatio = Math.max(this.#limits.ratioFloorBytes, packed.length * this.#limits.unpackRatio);
    const most = Math.min(left, byRatio);
    if (entry.method === 0 && packed.length <= left) return packed;
    if (entry.method !== 0 && entry.method !== 8) {
      throw damaged('The archive is packed in a way that documents are not. Save the document again.');
    }
    try {
      if (entry.method === 8 && most > 0) return inflateRawSync(packed, { maxOutputLength: most });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code; // zlib's errors carry one
      if (code !== 'ERR_BUFFER_TOO_LARGE') {
        throw damaged('A file of the archive is damaged. Save or download the document again.', error);
      }
    }
    throw tooLarge('The document grows too large when it is unpacked. Split it, or leave out what is not needed.');
  }
}
