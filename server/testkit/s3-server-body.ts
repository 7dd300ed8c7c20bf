import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';

/** A body that is not what its headers say; `code` is the name that S3 gives to it. */
export class BadBody extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The bytes of a request: as they are, or unpacked where they came as `aws-chunked` with a checksum behind them. */
export async function* bodyOf(request: IncomingMessage, payload: string): AsyncGenerator<Buffer> {
  if (payload === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return yield* unpacked(request);
  if (payload.startsWith('STREAMING-')) throw new BadBody('NotImplemented');
  for await (const bytes of request) yield bytes as Buffer; // a request without encoding
}

/**
 * `SIZE-IN-HEX\r\nBYTES\r\n ... 0\r\nx-amz-checksum-crc32:BASE64\r\n\r\n`.
 * Source: AWS, "Signature calculations including trailing headers (chunked upload)".
 */
async function* unpacked(request: IncomingMessage): AsyncGenerator<Buffer> {
  const source = new Lines(request);
  let checksum = 0;
  let total = 0;
  for (;;) {
    const size = Number.parseInt(await source.line(), 16);
    if (!Number.isInteger(size)) throw new BadBody('IncompleteBody');
    if (size === 0) break;
    const bytes = await source.take(size);
    if ((await source.line()) !== '') throw new BadBody('IncompleteBody');
    checksum = crc32(bytes, checksum);
    total += size;
    yield bytes;
  }
  if (total !== Number(request.headers['x-amz-decoded-content-length'])) throw new BadBody('IncompleteBody');
  const trailer = /^x-amz-checksum-crc32:(\S+)$/.exec(await source.line())?.[1];
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32BE(checksum);
  if (trailer !== wanted.toString('base64')) throw new BadBody('BadDigest');
}

/** Reads lines and blocks out of a stream. */
class Lines {
  readonly #source: AsyncIterator<Buffer>;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(request: IncomingMessage) {
    this.#source = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>; // a request without encoding
  }

  async line(): Promise<string> {
    let end = this.#waiting.indexOf('\r\n');
    for (; end < 0; end = this.#waiting.indexOf('\r\n')) await this.#more();
    const line = this.#waiting.subarray(0, end).toString('latin1');
    this.#waiting = this.#waiting.subarray(end + 2);
    return line;
  }

  async take(sizeBytes: number): Promise<Buffer> {
    while (this.#waiting.length < sizeBytes) await this.#more();
    const bytes = this.#waiting.subarray(0, sizeBytes);
    this.#waiting = this.#waiting.subarray(sizeBytes);
    return bytes;
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done === true) throw new BadBody('IncompleteBody');
    this.#waiting = Buffer.concat([this.#waiting, next.value]);
  }
}
