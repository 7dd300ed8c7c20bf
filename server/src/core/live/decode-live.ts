import { toAppError } from '../domain/app-error.ts';
import { msToSamples, samplesToMs } from '../domain/audio.ts';
import type { LiveFormat } from '../domain/live-recording.ts';
import type { LiveDecoder, LiveDecoding } from '../ports/live-decoder.ts';

export interface LiveSamples {
  /** The next bytes, in their order. Never waits. */
  accept(bytes: Uint8Array): void;
  /** Bytes that were stored before, ahead of all that is accepted later. */
  replay(bytes: AsyncIterable<Uint8Array>): void;
  /** How much sound there has been. */
  soundMs(): number;
  /** No bytes follow: resolves when all samples were told. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export interface LiveSamplesOptions {
  readonly format: LiveFormat;
  /** Where the first byte stands in the recording. */
  readonly fromMs: number;
  /** Samples before are left out. */
  readonly tellFromMs: number;
  readonly onSamples: (samples: Int16Array) => void;
  /** The sound cannot be read (any more); it is stored nevertheless. */
  readonly onFailure: (reason: string) => void;
}

/** Makes samples of the bytes of a live recording as they come. */
export function decodeLive(decoder: LiveDecoder, options: LiveSamplesOptions): LiveSamples {
  const stop = new AbortController();
  const sink = createSink(options);
  let failed = false;
  const fail = (error: unknown): void => {
    if (failed || stop.signal.aborted) return;
    failed = true;
    options.onFailure(toAppError(error).detail);
  };
  const { format } = options;
  const terms = { signal: stop.signal, add: sink.add, fail };
  const stream = format === 'pcm' ? bareSamples(sink.add) : contained(decoder, format, terms);
  let feeding: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    feeding = after(feeding, work);
  };
  return {
    accept: (bytes) => inTurn(() => stream.write(bytes)),
    replay: (stored) =>
      inTurn(async () => {
        for await (const bytes of stored) {
          if (stop.signal.aborted) return;
          await stream.write(bytes);
        }
      }),
    soundMs: () => sink.soundMs(),
    async finish() {
      inTurn(() => stream.end());
      await feeding;
    },
    async close() {
      stop.abort(new Error('The recording is left.'));
      await feeding;
      await stream.close();
    },
  };

  async function after(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    await before;
    if (failed || stop.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      fail(error);
    }
  }
}

interface SampleStream {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

/** Counts samples and leaves out those that were told before. */
function createSink({ fromMs, tellFromMs, onSamples }: LiveSamplesOptions) {
  let position = msToSamples(fromMs);
  const first = msToSamples(tellFromMs);
  return {
    soundMs: () => samplesToMs(position),
    add(samples: Int16Array): void {
      const skipped = Math.min(samples.length, Math.max(0, first - position));
      position += samples.length;
      if (skipped < samples.length) onSamples(skipped === 0 ? samples : samples.subarray(skipped));
    },
  };
}

function bareSamples(add: (samples: Int16Array) => void): SampleStream {
  let half: number | null = null;
  return {
    async write(bytes) {
      const all = half === null ? bytes : new Uint8Array([half, ...bytes]);
      const even = all.length - (all.length % 2);
      half = even < all.length ? all[even]! : null; // the length says that it is there
      // A copy: the bytes may lie at an odd offset of a buffer that is used again.
      if (even > 0) add(new Int16Array(new Uint8Array(all.subarray(0, even)).buffer));
    },
    async end() {},
    async close() {},
  };
}

function contained(
  decoder: LiveDecoder,
  format: Exclude<LiveFormat, 'pcm'>,
  { signal, add, fail }: { signal: AbortSignal; add: (samples: Int16Array) => void; fail: (error: unknown) => void },
): SampleStream {
  let opened: Promise<{ decoding: LiveDecoding; reading: Promise<void> }> | null = null;
  const open = async () => {
    const decoding = await decoder.open(format, signal);
    const reading = read(decoding, add);
    reading.catch(fail);
    return { decoding, reading };
  };
  return {
    async write(bytes) {
      const { decoding } = await (opened ??= open());
      await decoding.write(bytes);
    },
    async end() {
      const { decoding, reading } = await (opened ??= open());
      decoding.end();
      await reading;
    },
    async close() {
      if (!opened) return;
      const { decoding, reading } = await opened;
      await decoding.close();
      await reading.catch(() => {});
    },
  };
}

async function read(decoding: LiveDecoding, add: (samples: Int16Array) => void): Promise<void> {
  for await (const samples of decoding.samples) add(samples);
}
