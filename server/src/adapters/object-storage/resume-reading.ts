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
  const first = await open(start);
  // Nobody may ever read it: an error then has no listener, and would end the process.
  first.on('error', () => {});
  const stream = Readable.from(goOn(first), { objectMode: false });
  stream.once('close', () => first.destroy());
  return stream;

  async function* goOn(opened: Readable): AsyncGenerator<Buffer> {
    let body = opened;
    let position = start;
    for (let breaks = 0; ;) {
      try {
        for await (const bytes of watched(body, idleTimeoutMs)) {
          position += bytes.byteLength;
          breaks = 0;
          yield bytes;
        }
        if (position > end) return;
        throw new Error(`The store sent ${position - start} of ${end - start + 1} bytes.`);
      } catch (error) {
        if (error instanceof AppError || breaks >= MOST_BREAKS) throw unavailable(error);
        await delay(FIRST_PAUSE_MS * 2 ** breaks);
        breaks += 1;
      } finally {
        body.destroy();
      }
      body = await open(position);
    }
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
