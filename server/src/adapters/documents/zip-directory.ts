import { damaged, tooLarge } from './document-fault.ts';

/** What the directory at the end of an archive says about one file. Sizes are claims, good for nothing but finding bytes. */
export interface ZipEntry {
  /** Only ever compared with names that are looked for; never a path on this machine. */
  readonly name: string;
  /** 0 stored, 8 deflated; others are not read. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly packedBytes: number;
  /** Where the file's own header lies. */
  readonly headerAt: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR64_BYTES = 20;
const LOCATOR64_SIGNATURE = 0x07064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
/** A comment behind the directory may have this many bytes. */
const MOST_COMMENT_BYTES = 65_535;

/** Bytes of an archive by place; null where the file has none. */
export type ReadBytes = (start: number, length: number) => Buffer | null;

/**
 * The files of a ZIP archive by its directory (APPNOTE.TXT 4.3). Nothing is unpacked.
 *
 * @throws DocumentFault `document_damaged` when there is no whole directory, `document_too_large` for too many files
 */
export function readZipDirectory(sizeBytes: number, readBytes: ReadBytes, mostEntries: number): ZipEntry[] {
  const { count, bytes, start } = findDirectory(sizeBytes, readBytes);
  if (count > mostEntries) throw tooLarge(`The archive holds more than ${mostEntries} files.`);
  // 65,535 bytes is the longest name; real directories take some 100 bytes a file.
  const directory = bytes <= sizeBytes ? readBytes(start, bytes) : null;
  if (directory === null) throw damaged('The archive breaks off. Save or download the file again.');
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw damaged('The directory of the archive is damaged. Save or download the file again.');
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const flags = directory.readUInt16LE(at + 8);
    const extraAt = at + ENTRY_BYTES + nameBytes;
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, extraAt).replaceAll('\\', '/'),
      method: directory.readUInt16LE(at + 10),
      encrypted: (flags & 1) === 1,
      ...wideFields(directory, at, directory.subarray(extraAt, extraAt + extraBytes)),
    });
    at = extraAt + extraBytes + directory.readUInt16LE(at + 32);
  }
  return entries;
}

function findDirectory(sizeBytes: number, readBytes: ReadBytes): { count: number; bytes: number; start: number } {
  const tailAt = Math.max(0, sizeBytes - END_BYTES - MOST_COMMENT_BYTES - LOCATOR64_BYTES);
  const tail = readBytes(tailAt, sizeBytes - tailAt) ?? Buffer.alloc(0);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    const end = {
      count: tail.readUInt16LE(at + 10),
      bytes: tail.readUInt32LE(at + 12),
      start: tail.readUInt32LE(at + 16),
    };
    const wide = end.count === 0xffff || end.bytes === 0xffffffff || end.start === 0xffffffff;
    const found = wide ? (findDirectory64(tail, at, readBytes) ?? end) : end;
    // Bytes before the archive (self-extracting files) move the directory; it ends where its end begins.
    return wide ? found : { ...found, start: Math.min(found.start, Math.max(0, tailAt + at - found.bytes)) };
  }
  throw damaged('The archive breaks off: its directory is missing. Save or download the file again.');
}

function findDirectory64(
  tail: Buffer,
  endAt: number,
  readBytes: ReadBytes,
): { count: number; bytes: number; start: number } | null {
  const at = endAt - LOCATOR64_BYTES;
  if (at < 0 || tail.readUInt32LE(at) !== LOCATOR64_SIGNATURE) return null;
  const end = readBytes(Number(tail.readBigUInt64LE(at + 8)), 56);
  if (end === null || end.readUInt32LE(0) !== END64_SIGNATURE) return null;
  return {
    count: Number(end.readBigUInt64LE(32)),
    bytes: Number(end.readBigUInt64LE(40)),
    start: Number(end.readBigUInt64LE(48)),
  };
}

/** Size and place, from the extra field 1 where 32 bits do not hold them. */
function wideFields(directory: Buffer, at: number, extra: Buffer): Pick<ZipEntry, 'packedBytes' | 'headerAt'> {
  let packedBytes = directory.readUInt32LE(at + 20);
  let headerAt = directory.readUInt32LE(at + 42);
  for (let field = 0; field + 4 <= extra.length; field += 4 + extra.readUInt16LE(field + 2)) {
    if (extra.readUInt16LE(field) !== 1) continue;
    const end = Math.min(extra.length, field + 4 + extra.readUInt16LE(field + 2));
    let next = field + 4 + (directory.readUInt32LE(at + 24) === 0xffffffff ? 8 : 0);
    if (packedBytes === 0xffffffff && next + 8 <= end) {
      packedBytes = Number(extra.readBigUInt64LE(next));
      next += 8;
    }
    if (headerAt === 0xffffffff && next + 8 <= end) headerAt = Number(extra.readBigUInt64LE(next));
  }
  return { packedBytes, headerAt };
}
