import { pipeline, Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { AppError } from '../../core/domain/app-error.ts';
import { toFetchError, tooLarge, tooSlow } from './fetch-errors.ts';
import type { FetchRules } from './fetch-rules.ts';
import type { OpenHop } from './open-hop.ts';
import { headerOf } from './response-facts.ts';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  // 8 MiB is the largest window of zstd on the web (RFC 9659); without it a frame may ask for 128 MiB
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
};
const MOST_CODINGS = 2;
/** What a compressed form may have more than the decoded one: headers, empty blocks. */
const COMPRESSION_OVERHEAD_BYTES = 64 * 1024;

export interface BodyLimits {
  /** Decoded. */
  readonly maxBytes: number;
  readonly progress: FetchRules['progress'];
}

/**
 * The decoded body of an answer, which ends with an AppError as soon as it holds more than `maxBytes`, brings more than that
 * over the wire, or drips. However it ends (read, destroyed, failed) the connection is closed and `whenDone` is called.
 *
 * @param signal its reason, an AppError, ends the body at once
 * @throws AppError when the headers say already that it cannot be read
 */
export function readBody(hop: OpenHop, limits: BodyLimits, signal: AbortSignal, whenDone: () => void): Readable {
  const { host } = hop;
  const says = Number(headerOf(hop.headers, 'content-length') ?? 0);
  const decoders = decodersOf(hop);
  const maxWireBytes = limits.maxBytes + (decoders.length > 0 ? COMPRESSION_OVERHEAD_BYTES : 0);
  if (says > maxWireBytes) throw tooLarge(host, limits.maxBytes);

  let wireBytes = 0;
  const wire = new Transform({
    transform(piece: Buffer, _encoding, done) {
      wireBytes += piece.length;
      done(wireBytes > maxWireBytes ? tooLarge(host, limits.maxBytes) : null, piece);
    },
  });
  const decoded = decoders.at(-1) ?? wire;
  let [bytes, reached, waiting, stalled] = [0, 0, true, false];
  const body = new Readable({
    read() {
      waiting = true;
      decoded.resume();
    },
    destroy(error, done) {
      clearInterval(watch);
      signal.removeEventListener('abort', abort);
      decoded.destroy();
      hop.discard();
      whenDone();
      done(error);
    },
  });
  body.on('error', () => {}); // it may fail before anybody reads it; readers get the error all the same
  const fail = (error: unknown): void => void body.destroy(toFetchError(host, error));
  const abort = (): void => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const watch = setInterval(() => {
    if (waiting && !stalled && wireBytes - reached < limits.progress.minBytes) fail(tooSlow(host));
    stalled = !waiting;
    reached = wireBytes;
  }, limits.progress.windowMs);
  decoded.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > limits.maxBytes) return fail(tooLarge(host, limits.maxBytes));
    if (body.push(piece)) return;
    waiting = false; // the reader is slow, not the server
    stalled = true;
    decoded.pause();
  });
  decoded.on('end', () => {
    clearInterval(watch);
    body.push(null);
  });
  const broken = (error: unknown): void => {
    const empty = wireBytes === 0 && hop.body.readableEnded; // no body at all, as of status 204, is none in every coding
    if (empty) body.push(null);
    else fail(error);
  };
  // pipeline no longer listens once the last decoder has been given everything, and a cut-off form is noticed only then
  for (const stream of [wire, ...decoders]) stream.on('error', broken);
  pipeline([hop.body, wire, ...decoders], (error) => {
    if (error && !body.readableEnded) broken(error);
  });
  if (signal.aborted) abort();
  return body;
}

/** In the order in which the codings are taken off. @throws AppError `url_unreachable` */
function decodersOf(hop: OpenHop): Transform[] {
  const codings = (headerOf(hop.headers, 'content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const makers = codings.map((coding) => (Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined));
  const known = makers.filter((maker) => maker !== undefined);
  if (known.length < codings.length || codings.length > MOST_CODINGS) {
    throw new AppError('url_unreachable', `"${hop.host}" answers in a form that was not asked for and cannot be read.`);
  }
  return known.reverse().map((maker) => maker());
}
