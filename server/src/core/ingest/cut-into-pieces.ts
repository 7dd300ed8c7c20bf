import { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';

export interface PieceTerms {
  /** Of all pieces together; what comes after it breaks them off with `body_too_large`. */
  readonly mostBytes: number;
  /** Of one piece. */
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
  /** Lets go of the source and the signal. */
  close(): void;
}

/** @param stop ends the pieces in good order when it is aborted; its reason is then what broke them off */
export function cutIntoPieces(source: AsyncIterable<Uint8Array>, terms: PieceTerms, stop: AbortSignal): Pieces {
  const iterator = source[Symbol.asyncIterator]();
  let wake = (): void => {};
  const onStop = (): void => wake();
  stop.addEventListener('abort', onStop, { once: true });
  let rest: Uint8Array | null = null;
  let ended = false;
  let fault: unknown = null;
  let room = terms.mostBytes;

  async function more(): Promise<boolean> {
    while (!ended && (rest === null || rest.byteLength === 0)) {
      try {
        const step = await nextOrStop();
        if (step.done) ended = true;
        else rest = counted(step.value);
      } catch (error) {
        ended = true;
        fault = error;
      }
    }
    return rest !== null && rest.byteLength > 0;
  }

  /** Not a race with one long promise: that would hold every byte until its end. */
  function nextOrStop(): Promise<IteratorResult<Uint8Array>> {
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Uint8Array>>();
    wake = () => reject(stop.reason);
    if (stop.aborted) wake();
    else iterator.next().then(resolve, reject);
    return promise;
  }

  function counted(bytes: Uint8Array): Uint8Array {
    room -= bytes.byteLength;
    if (room >= 0) return bytes;
    throw new AppError(
      'body_too_large',
      'These are more bytes than the upload may hold. Compare Upload-Length and UPLOAD_MAX_FILE_SIZE.',
    );
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
    close() {
      stop.removeEventListener('abort', onStop);
      void iterator.return?.().catch(() => {}); // it ends when its next byte comes
    },
  };
}
