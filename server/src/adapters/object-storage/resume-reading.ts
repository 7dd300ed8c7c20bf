import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../core/domain/app-error.ts';

/** Breaks one after the other that brought no byte; each break with progress starts the count anew. */
const MOST_BREAKS = 4;
const FIRST_PAUSE_MS = 100;
/** A reader that takes its time is not counted: only how long the store keeps it waiting. */
const IDLE_TIMEOUT_MS = 30_000;

/**
 * The bytes `start..end` of a stored file as one stream, which goes on where it stopped when the connection breaks off.
 * `open` asks the store from a byte on; it must refuse when the file has been replaced meanwhile.
 * @throws AppError what the first `open` throws; (while reading) `storage_unavailable`
 */
export async function resumeReading(
  open: (start: number) => Promise<Readable>,
  {
    start,
    end,
    idleTimeoutMs = IDLE_TIMEOUT_MS,
  }: { readonly start: number; readonly end: number; readonly idleTimeoutMs?: number },
): Promise<Readable> {
  let body = await open(start);
  // Nobody may ever read it: an error then has no listener, and would end the process.
  body.on('error', () => {});
  const pieces = goOn();
  const stream = new Readable({
    read: () => void pull(),
    destroy(error, callback) {
      body.destroy(); // ends a wait for the next piece as well
      callback(error);
    },
  });
  return stream;

  async function pull(): Promise<void> {
    try {
      const next = await pieces.next();
      stream.push(next.done === true ? null : next.value);
    } catch (error) {
      stream.destroy(unavailable(error));
    }
  }

  async function* goOn(): AsyncGenerator<Buffer> {
    let position = start;
    for (let breaks = 0; !stream.destroyed;) {
      try {
        for await (const bytes of watched(body, idleTimeoutMs)) {
          if (bytes.byteLength === 0) continue;
          position += bytes.byteLength;
          breaks = 0;
          yield bytes;
        }
        if (position <= end) throw new Error(`The store sent ${position - start} of ${end - start + 1} bytes.`);
      } catch (error) {
        if (position <= end && breaks >= MOST_BREAKS) throw error;
      }
      body.destroy();
      if (position > end || stream.destroyed) return;
      await delay(FIRST_PAUSE_MS * 2 ** breaks);
      breaks += 1;
      body = await open(position);
    }
    body.destroy(); // the reader left while it was being opened
  }
}

async function* watched(body: Readable, idleTimeoutMs: number): AsyncGenerator<Buffer> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>; // the body of an HTTP client, without encoding
  for (;;) {
    const timer = setTimeout(() => body.destroy(new Error('The store sent nothing for too long.')), idleTimeoutMs);
    try {
      const next = await pieces.next();
      if (next.done === true) return;
      clearTimeout(timer);
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}

function unavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('storage_unavailable', 'The connection to the store broke off again and again. Try again later.', {
    cause: error,
  });
}
