import { open, type FileHandle } from 'node:fs/promises';

/** `ModelProto.metadata_props` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): what an exporter has noted of a model. */
const METADATA_FIELD = 14;
const MOST_METADATA_BYTES = 1024 ** 2;

/**
 * What is noted in an ONNX file, by key. Only the outermost fields are read, so it takes a moment for files of gigabytes; their
 * lengths must add up to the file's, so one that was cut off or is something else is found out.
 *
 * @throws Error when it is not a whole ONNX file
 */
export async function readOnnxMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const metadata = new Map<string, string>();
    let at = 0;
    while (at < size) {
      const field = await readHead(file, at);
      if (field.number === METADATA_FIELD && field.length <= MOST_METADATA_BYTES) {
        const [key, value] = entryOf(await readAt(file, at + field.headLength, field.length));
        metadata.set(key, value);
      }
      at += field.headLength + field.length;
    }
    if (at !== size || size === 0) throw new Error('The file is cut off.');
    return metadata;
  } finally {
    await file.close();
  }
}

interface FieldHead {
  readonly number: number;
  /** Bytes of the tag and of the length. */
  readonly headLength: number;
  /** Bytes of the content. */
  readonly length: number;
}

async function readHead(file: FileHandle, at: number): Promise<FieldHead> {
  // A tag takes 5 bytes at most here, a length 10.
  return headOf(await readAt(file, at, 15));
}

function headOf(bytes: Buffer): FieldHead {
  const tag = varint(bytes, 0);
  const number = tag.value >> 3;
  const wireType = tag.value & 7;
  if (number < 1 || number > 1_000) throw new Error('The file is not a model.');
  if (wireType === 0) return { number, headLength: tag.end, length: varint(bytes, tag.end).end - tag.end };
  if (wireType === 1) return { number, headLength: tag.end, length: 8 };
  if (wireType === 5) return { number, headLength: tag.end, length: 4 };
  if (wireType !== 2) throw new Error('The file is not a model.');
  const length = varint(bytes, tag.end);
  return { number, headLength: length.end, length: length.value };
}

/** A message of two texts: key and value. */
function entryOf(bytes: Buffer): readonly [string, string] {
  const texts = ['', '', ''];
  for (let at = 0; at < bytes.length;) {
    const { number, headLength, length } = headOf(bytes.subarray(at));
    texts[number] = bytes.toString('utf8', at + headLength, at + headLength + length);
    at += headLength + length;
  }
  return [texts[1] ?? '', texts[2] ?? ''];
}

function varint(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  for (let at = from; at < Math.min(bytes.length, from + 10); at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - from)); // not shifts: lengths may exceed 31 bits
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new Error('The file is cut off.');
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
  return buffer.subarray(0, bytesRead);
}
