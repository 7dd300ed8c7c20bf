import { Readable } from 'node:stream';

export interface PieceTerms {
  readonly maxBytes: number;
  /** A piece ends after so long, so that what a slow line brought is safe. */
  readonly maxMs: number;
  readonly now: () => number;
}

export interface Piece {
  /** Ends well even when the source breaks: what has arrived is worth keeping. */
  readonly bytes: Readable;
  /** Resolves with the length when no more bytes will come; never when `bytes` is destroyed before. */
  readonly taken: Promise<number>;
}

/**
 * Cuts a stream of unknown length into pieces, one after the other, without holding any of them.
 *
 * @example
 * while (await pieces.more()) { const { bytes, taken } = pieces.next(); ... await taken; }
 * if (pieces.broken()) throw pieces.broken();
 */
export interface Pieces {
  /** Whether a byte has come that is in no piece yet; waits for it. */
  more(): Promise<boolean>;
  /** The next piece. The one before must have been taken. */
  next(): Piece;
  /** Why the source broke off; null when it did not. */
  broken(): unknown;
  /** Lets go of the signal. */
  close(): void;
}

/** @param stop ends the pieces in good order when it is aborted; its reason is then what broke them off */
export function cutIntoPieces(source: AsyncIterable<Uint8Array>, terms: PieceTerms, stop: AbortSignal): Pieces {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: stopped, resolve } = Promise.withResolvers<'stopped'>();
  const onStop = (): void => resolve('stopped');
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  let rest: Uint8Array | null = null;
  let ended = false;
  let fault: unknown = null;

  async function more(): Promise<boolean> {
    while (!ended && (rest === null || rest.byteLength === 0)) {
      try {
        const step = await Promise.race([iterator.next(), stopped]);
        if (step === 'stopped') throw stop.reason;
        if (step.done) ended = true;
        else rest = step.value;
      } catch (error) {
        ended = true;
        fault = error;
      }
    }
    return rest !== null && rest.byteLength > 0;
  }

  async function* bytesOf(taken: (sizeBytes: number) => void): AsyncGenerator<Uint8Array> {
    const until = terms.now() + terms.maxMs;
    let sizeBytes = 0;
    while (sizeBytes < terms.maxBytes && (sizeBytes === 0 || terms.now() < until) && (await more())) {
      const now: Uint8Array = (rest ?? new Uint8Array()).subarray(0, terms.maxBytes - sizeBytes);
      rest = rest?.subarray(now.byteLength) ?? null;
      sizeBytes += now.byteLength;
      yield now;
    }
    taken(sizeBytes);
  }

  return {
    more,
    next() {
      const taken = Promise.withResolvers<number>();
      return { bytes: Readable.from(bytesOf(taken.resolve), { objectMode: false }), taken: taken.promise };
    },
    broken: () => fault,
    close: () => stop.removeEventListener('abort', onStop),
  };
}
