export interface Part {
  readonly bytes: Buffer;
  readonly last: boolean;
}

/**
 * Gathers pieces to parts of exactly `partBytes`, the last one excepted. There is always a last one; it is empty only
 * when there are no bytes at all. Holds at most one part and the piece that goes past it.
 */
export async function* cutIntoParts(pieces: AsyncIterable<Buffer>, partBytes: number): AsyncGenerator<Part> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    waitingBytes += piece.byteLength;
    // "More than": only then it is sure that the part is not the last.
    while (waitingBytes > partBytes) {
      const rest = waitingBytes - partBytes;
      const tail = waiting.at(-1) ?? piece;
      yield { bytes: Buffer.concat(waiting, partBytes), last: false };
      waiting = [tail.subarray(tail.byteLength - rest)];
      waitingBytes = rest;
    }
  }
  yield { bytes: Buffer.concat(waiting, waitingBytes), last: true };
}
