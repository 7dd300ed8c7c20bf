import { z } from 'zod';
import { samplesToMs, type AudioChunk, type SampleSpan } from '../domain/audio.ts';
import type { Source } from '../domain/library.ts';
import { outputKey } from '../domain/output-key.ts';
import type { Scope } from '../domain/scope.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { MediaDecoder } from '../ports/media-decoder.ts';
import type { Store } from '../ports/store.ts';
import type { VoiceActivityDetector, VoiceActivitySession } from '../ports/voice-activity-detector.ts';
import { ChunkCutter, type ChunkPlan } from './chunk-cutter.ts';

const STEP = 'decode';
/** Raised when the same sound would be cut otherwise. */
const VERSION = 4;
/** Blocks the detector may hold before it has answered: it never waits for the next sound, and memory stays bounded. */
const BLOCKS_AHEAD = 4;

export interface DecodeDeps {
  readonly store: Pick<Store, 'outputs'>;
  readonly blobs: Pick<Blobs, 'withFile'>;
  readonly decoder: Pick<MediaDecoder, 'decode'>;
  readonly voiceActivity: VoiceActivityDetector;
}

export interface DecodeInput {
  readonly scope: Scope;
  readonly source: Source;
  /** At most this much sound in one chunk. */
  readonly chunkMs: number;
  readonly maxDurationMs: number;
}

/** How the cuts of a recording are named; steps that build on them put this into their own keys. */
export function decodeKey(deps: Pick<DecodeDeps, 'voiceActivity'>, input: DecodeInput): string {
  const { source, chunkMs } = input;
  return outputKey({
    ownerId: source.ownerId,
    step: STEP,
    version: VERSION,
    sha256: source.sha256,
    voiceActivity: deps.voiceActivity.id,
    chunkMs,
  });
}

/**
 * The speech of a recording as engine chunks, in order, as fast as they are asked for; silence is left out.
 * Returns the length of the recording. The cuts are stored as they are found, so a later run over the same
 * recording gives the same chunks and looks for speech only where nobody has looked before.
 *
 * @throws AppError as `MediaDecoder.decode`
 */
export async function* decode(
  deps: DecodeDeps,
  input: DecodeInput,
  signal: AbortSignal,
): AsyncGenerator<AudioChunk, { durationMs: number }> {
  const stop = new AbortController();
  const handOver = createHandOver<AudioChunk>();
  const inner = AbortSignal.any([signal, stop.signal]);
  const running = deps.blobs
    .withFile(input.scope, input.source.blobKey, (path) => cutFile(deps, input, path, inner, handOver.give))
    .finally(handOver.end);
  running.catch(() => {}); // told below, when the reader gets there
  try {
    yield* handOver.items;
    return await running;
  } finally {
    stop.abort();
    handOver.end();
    await running.catch(() => {});
  }
}

async function cutFile(
  deps: DecodeDeps,
  input: DecodeInput,
  path: string,
  signal: AbortSignal,
  give: (chunk: AudioChunk) => Promise<void>,
): Promise<{ durationMs: number }> {
  const key = decodeKey(deps, input);
  const found = await deps.store.outputs.find(input.scope, key);
  const planned = (found?.parts ?? []).map((part) => ({ index: part.index, ...planSchema.parse(part.body) }));
  const cutter = new ChunkCutter({ maxChunkMs: input.chunkMs, planned });
  const lastPlan = planned.at(-1);
  const listenFrom = lastPlan?.cutSample ?? lastPlan?.endSample ?? 0;
  // Nothing is listened to when all cuts are known.
  const speech = found?.complete ? null : await openSpeech(deps.voiceActivity, listenFrom, signal);
  const keep = async (plans: readonly ChunkPlan[]): Promise<void> => {
    for (const { index, ...body } of plans)
      await deps.store.outputs.putPart(input.scope, key, { step: STEP, sourceId: input.source.id, index, body });
    for (const chunk of cutter.take()) await give(chunk);
  };
  const listening: { block: Int16Array; spans: Promise<readonly SampleSpan[]> }[] = [];
  const settle = async (atMost: number): Promise<void> => {
    while (listening.length > atMost) {
      const { block, spans } = listening.shift()!; // the loop's condition says there is one
      cutter.push(block);
      await keep(cutter.add(await spans));
    }
  };
  try {
    for await (const block of deps.decoder.decode(path, { maxDurationMs: input.maxDurationMs }, signal)) {
      const spans = speech ? speech.accept(block) : Promise.resolve([]);
      spans.catch(() => {}); // told when its turn comes
      listening.push({ block, spans });
      await settle(speech ? BLOCKS_AHEAD : 0);
    }
    await settle(0);
    if (speech) await keep([...cutter.add(await speech.flush()), ...cutter.finish()]);
    const durationMs = samplesToMs(cutter.received);
    if (!found?.complete)
      await deps.store.outputs.complete(input.scope, key, { step: STEP, sourceId: input.source.id, body: { durationMs } });
    return { durationMs };
  } catch (error) {
    // What was heard before a damaged place is kept.
    if (!signal.aborted) await settle(0).catch(() => {});
    throw error;
  } finally {
    await speech?.close();
  }
}

/** Listens from `fromSample` on: the detector may start afresh in a pause, and where speech was cut. */
async function openSpeech(
  detector: VoiceActivityDetector,
  fromSample: number,
  signal: AbortSignal,
): Promise<VoiceActivitySession> {
  const session = await detector.open(signal);
  let skip = fromSample;
  const shift = (spans: readonly SampleSpan[]): SampleSpan[] =>
    spans.map((span) => ({ startSample: span.startSample + fromSample, endSample: span.endSample + fromSample }));
  return {
    async accept(samples) {
      const skipped = Math.min(skip, samples.length);
      skip -= skipped;
      return skipped === samples.length ? [] : shift(await session.accept(samples.subarray(skipped)));
    },
    flush: async () => shift(await session.flush()),
    close: () => session.close(),
  };
}

const spanSchema = z.object({ startSample: z.number().int().min(0), endSample: z.number().int().min(0) });
const planSchema = spanSchema.extend({ utterances: z.array(spanSchema), cutSample: z.number().int().min(0).nullable() });

/** One producer, one consumer, one item at a time: `give` resolves when the item has been taken. */
function createHandOver<T>(): { give: (item: T) => Promise<void>; end: () => void; items: AsyncGenerator<T> } {
  const queue: { item: T; taken: () => void }[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  async function* items(): AsyncGenerator<T> {
    for (;;) {
      const next = queue.shift();
      if (next) {
        next.taken();
        yield next.item;
      } else if (ended) return;
      else {
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    }
  }
  return {
    give: (item) =>
      new Promise<void>((taken) => {
        if (ended) taken();
        else queue.push({ item, taken });
        wake.resolve();
      }),
    end: () => {
      ended = true;
      for (const { taken } of queue.splice(0)) taken();
      wake.resolve();
    },
    items: items(),
  };
}
