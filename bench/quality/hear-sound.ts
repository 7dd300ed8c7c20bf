import { createPocketsphinxTranscriber } from '@scholium/server/adapters/pocketsphinx/pocketsphinx-transcriber.ts';
import { createSherpaVad } from '@scholium/server/adapters/sherpa/sherpa-vad.ts';
import { systemClock } from '@scholium/server/adapters/system/system-clock.ts';
import type { Config } from '@scholium/server/config.ts';
import { decode } from '@scholium/server/core/decode/decode.ts';
import { msToSamples, samplesToMs, type AudioChunk } from '@scholium/server/core/domain/audio.ts';
import { LOCAL_OWNER, ownerScope } from '@scholium/server/core/domain/scope.ts';
import { wordsOf } from '@scholium/server/core/domain/transcript.ts';
import type { TranscriberSession } from '@scholium/server/core/ports/transcriber.ts';
import { transcribe } from '@scholium/server/core/transcribe/transcribe.ts';
import { aCourse, aLecture, aSource } from '@scholium/server/testkit/builders.ts';
import { memoryStore } from '@scholium/server/testkit/memory-store.ts';
import { blocksOf } from '@scholium/server/testkit/sound.ts';
import type { TimedWord } from './seam-errors.ts';

const CHUNK_MS = 30_000;
const PROCESSES = 2;
const OPTIONS = { model: null, language: null, task: 'transcribe', vocabulary: [] } as const;
const never = new AbortController().signal;

export interface HeardSound {
  readonly words: readonly TimedWord[];
  /** Where one chunk ends and the next begins, and whether speech had to be cut there. */
  readonly seams: readonly { readonly atMs: number; readonly isForced: boolean }[];
  /** Everything that was told while the recording was being transcribed, in the order it was told. */
  readonly partialText: string;
}

/** Sound as the product's own steps hear it, with so many processes of PocketSphinx. */
export async function hearSound(config: Config, samples: Int16Array, processes = PROCESSES): Promise<HeardSound> {
  const scope = ownerScope(LOCAL_OWNER);
  const store = memoryStore();
  const source = aSource();
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, source);
  const deps = {
    store,
    blobs: { withFile: <T>(_scope: unknown, _key: string, work: (path: string) => Promise<T>) => work('') },
    decoder: {
      decode: async function* () {
        yield* blocksOf(samples);
      },
    },
    voiceActivity: createSherpaVad(),
    transcriber: transcriberOf(config, processes),
    clock: systemClock,
    metrics: { transcribed: () => {}, modelLoaded: () => {} },
  };
  const chunks: AudioChunk[] = [];
  const audio = async function* () {
    const inner = decode(deps, { scope, source, chunkMs: CHUNK_MS, maxDurationMs: 36_000_000 }, never);
    for (;;) {
      const next = await inner.next();
      if (next.done) return next.value;
      chunks.push({ ...next.value, samples: new Int16Array(0) });
      yield next.value;
    }
  };
  const told: string[] = [];
  const commit = await transcribe(
    deps,
    {
      scope,
      source,
      options: OPTIONS,
      audio,
      audioKey: 'bench',
      holder: null,
      onChunk: async ({ segments }) => void told.push(...segments.map(({ text }) => text)),
    },
    never,
  );
  const transcript = await store.transaction(commit);
  return { words: wordsOf(transcript), seams: seamsOf(chunks), partialText: told.join(' ') };
}

/**
 * The words around each of some places as the same engine hears them with so much sound before and after in one piece, uncut.
 */
export async function hearAround(
  config: Config,
  samples: Int16Array,
  places: readonly number[],
  aroundMs: number,
): Promise<readonly (readonly TimedWord[])[]> {
  const session = await transcriberOf(config, PROCESSES).open(OPTIONS, never);
  try {
    const heard: (readonly TimedWord[])[] = [];
    // As many at a time as there are processes.
    for (let at = 0; at < places.length; at += session.concurrency) {
      const some = places.slice(at, at + session.concurrency);
      heard.push(...(await Promise.all(some.map((place, i) => hearOne(session, samples, place, { aroundMs, index: at + i })))));
    }
    return heard;
  } finally {
    await session.close();
  }
}

async function hearOne(
  session: TranscriberSession,
  samples: Int16Array,
  atMs: number,
  { aroundMs, index }: { aroundMs: number; index: number },
): Promise<readonly TimedWord[]> {
  const startSample = Math.max(0, msToSamples(atMs - aroundMs));
  const endSample = Math.min(samples.length, msToSamples(atMs + aroundMs));
  const span = { startSample, endSample };
  const chunk = { ...span, index, utterances: [span], samples: samples.slice(startSample, endSample) };
  return (await session.transcribe(chunk, never)).words;
}

function transcriberOf(config: Config, processes: number) {
  return createPocketsphinxTranscriber({
    program: config.pocketsphinxPath,
    modelFolder: config.pocketsphinxModelDir,
    processes,
  });
}

function seamsOf(chunks: readonly AudioChunk[]): HeardSound['seams'] {
  return chunks.slice(1).flatMap((chunk, i) => {
    const before = chunks[i];
    if (!before) return [];
    const atMs = samplesToMs((before.endSample + chunk.startSample) / 2);
    return [{ atMs, isForced: chunk.startSample < before.endSample }];
  });
}
