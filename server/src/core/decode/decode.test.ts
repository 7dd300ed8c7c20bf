import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { aSource } from '../../../testkit/builders.ts';
import { EnergyVad } from '../../../testkit/energy-vad.ts';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryMediaDecoder } from '../../../testkit/memory-media-decoder.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { joined, silence, tone, wavFile } from '../../../testkit/sound.ts';
import { AppError } from '../domain/app-error.ts';
import { msToSamples, type AudioChunk } from '../domain/audio.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';
import { decode, type DecodeDeps } from './decode.ts';

const scope = ownerScope(LOCAL_OWNER);
const source = aSource();
/** Ten tones of three seconds, a second apart. */
const SOUND = joined(...Array.from({ length: 10 }, (_, i) => joined(silence(1_000), tone(3_000, 200 + 50 * i))), silence(1_000));
const DURATION_MS = 41_000;

let deps: DecodeDeps & { voiceActivity: EnergyVad };
beforeEach(async () => {
  deps = { store: await stockedStore(), blobs: memoryBlobs(), decoder: memoryMediaDecoder(), voiceActivity: new EnergyVad() };
  await (deps.blobs as ReturnType<typeof memoryBlobs>).put(scope, source.blobKey, Readable.from([wavFile(SOUND)]));
});

const start = (changes: Partial<DecodeDeps> = {}, signal = new AbortController().signal, maxDurationMs = 3_600_000) =>
  decode({ ...deps, ...changes }, { scope, source, chunkMs: 10_000, maxDurationMs }, signal);

async function readAll(generator: ReturnType<typeof decode>): Promise<{ chunks: AudioChunk[]; durationMs: number }> {
  const chunks: AudioChunk[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done) return { chunks, durationMs: next.value.durationMs };
    chunks.push(next.value);
  }
}

describe('decode', () => {
  it('gives the speech of a recording as chunks, and its length', async () => {
    const { chunks, durationMs } = await readAll(start());
    expect(durationMs).toBe(DURATION_MS);
    expect(chunks.flatMap((chunk) => chunk.utterances)).toHaveLength(10);
    for (const chunk of chunks)
      expect(Array.from(chunk.samples)).toEqual(Array.from(SOUND.subarray(chunk.startSample, chunk.endSample)));
    expect(deps.voiceActivity.openSessions).toBe(0);
  });

  it('gives the same chunks again, wherever it was stopped, and listens only to what nobody has heard', async () => {
    const whole = await readAll(start());
    for (let stopAfter = 1; stopAfter <= whole.chunks.length; stopAfter++) {
      const fresh = { store: await stockedStore(), voiceActivity: new EnergyVad() };
      const first = start(fresh);
      for (let i = 0; i < stopAfter; i++) await first.next();
      await first.return({ durationMs: 0 });
      expect(fresh.voiceActivity.openSessions).toBe(0);

      fresh.voiceActivity = new EnergyVad();
      expect(await readAll(start(fresh))).toEqual(whole);
      const heardBefore = whole.chunks[stopAfter - 1]?.endSample ?? 0;
      expect(fresh.voiceActivity.heardSamples).toBeLessThanOrEqual(SOUND.length - heardBefore);
    }
  });

  it('listens to nothing when all cuts are known', async () => {
    const whole = await readAll(start());
    const voiceActivity = new EnergyVad();
    expect(await readAll(start({ voiceActivity }))).toEqual(whole);
    expect(voiceActivity.heardSamples).toBe(0);
  });

  it('tells an error of the decoder after the chunks before it', async () => {
    const decoder: Pick<MediaDecoder, 'decode'> = {
      async *decode(...args) {
        let blocks = 0;
        for await (const block of deps.decoder.decode(...args)) {
          if (++blocks > 20) throw new AppError('media_damaged', 'It breaks off.');
          yield block;
        }
      },
    };
    const generator = start({ decoder });
    const chunks: AudioChunk[] = [];
    const reading = (async () => {
      for await (const chunk of generator) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'media_damaged' });
    expect(chunks.length).toBeGreaterThan(1);
    expect(deps.voiceActivity.openSessions).toBe(0);
  });

  it('tells that a recording is too long', async () => {
    await expect(readAll(start({}, undefined, 10_000))).rejects.toMatchObject({ code: 'media_too_long' });
  });

  it('ends when it is aborted, and tells why', async () => {
    const stop = new AbortController();
    const generator = start({}, stop.signal);
    await generator.next();
    stop.abort(new AppError('cancelled', 'Stopped.'));
    await expect(readAll(generator)).rejects.toMatchObject({ code: 'cancelled' });
    expect(deps.voiceActivity.openSessions).toBe(0);
  });

  it('decodes no further than two chunks ahead of a slow reader', async () => {
    let decoded = 0;
    const decoder: Pick<MediaDecoder, 'decode'> = {
      async *decode(...args) {
        for await (const block of deps.decoder.decode(...args)) {
          decoded += block.length;
          yield block;
        }
      },
    };
    const generator = start({ decoder });
    await generator.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(decoded).toBeLessThan(msToSamples(25_000));
    await generator.return({ durationMs: 0 });
  });

  it('gives no chunk for a recording without speech, and its length', async () => {
    const silent = aSource({ id: 'src_2', sha256: 'cd'.repeat(32) });
    deps = { ...deps, store: await stockedStore([silent]) };
    await (deps.blobs as ReturnType<typeof memoryBlobs>).put(scope, silent.blobKey, Readable.from([wavFile(silence(3_000))]));
    const generator = decode(
      deps,
      { scope, source: silent, chunkMs: 10_000, maxDurationMs: 3_600_000 },
      new AbortController().signal,
    );
    expect(await readAll(generator)).toEqual({ chunks: [], durationMs: 3_000 });
  });
});
