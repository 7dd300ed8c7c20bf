import { systemClock } from '@scholium/server/adapters/system/system-clock.ts';
import { createFfmpegDecoder } from '@scholium/server/adapters/ffmpeg/ffmpeg-decoder.ts';
import { createPocketsphinxTranscriber } from '@scholium/server/adapters/pocketsphinx/pocketsphinx-transcriber.ts';
import { createSherpaVad } from '@scholium/server/adapters/sherpa/sherpa-vad.ts';
import { loadConfig } from '@scholium/server/config.ts';
import { decode } from '@scholium/server/core/decode/decode.ts';
import { LOCAL_OWNER, ownerScope } from '@scholium/server/core/domain/scope.ts';
import { collectMaterial } from '@scholium/server/core/generate/collect-material.ts';
import type { StudySentence } from '@scholium/server/core/ports/writer.ts';
import { transcribe } from '@scholium/server/core/transcribe/transcribe.ts';
import { aCourse, aLecture, aSource } from '@scholium/server/testkit/builders.ts';
import { memoryStore } from '@scholium/server/testkit/memory-store.ts';
import { sampleFile } from './sentences.ts';

/** The sample lecture as PocketSphinx hears it, through the real steps; about a minute. */
export async function recogniseSample(signal: AbortSignal): Promise<readonly StudySentence[]> {
  const config = loadConfig();
  const scope = ownerScope(LOCAL_OWNER);
  const store = memoryStore();
  const [lecture, source] = [aLecture(), aSource()];
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, lecture);
  await store.sources.insert(scope, source);
  const deps = {
    store,
    blobs: {
      withFile: <T>(_scope: unknown, _key: string, work: (path: string) => Promise<T>) =>
        work(sampleFile('how-memory-works.opus')),
    },
    decoder: createFfmpegDecoder({ ffmpeg: config.ffmpegPath, ffprobe: config.ffprobePath }),
    voiceActivity: createSherpaVad(),
    transcriber: createPocketsphinxTranscriber({
      program: config.pocketsphinxPath,
      modelFolder: config.pocketsphinxModelDir,
      processes: 2,
    }),
    clock: systemClock,
    metrics: { transcribed: () => {}, modelLoaded: () => {} },
  };
  const audio = () => decode(deps, { scope, source, chunkMs: 30_000, maxDurationMs: 3_600_000 }, signal);
  const options = { model: null, language: null, task: 'transcribe' as const, vocabulary: [] };
  const commit = await transcribe(
    deps,
    { scope, source, options, audio, audioKey: 'bench', holder: null, onChunk: async () => {} },
    signal,
  );
  await store.transaction(commit);
  return (await collectMaterial(store, scope, lecture)).material.sentences;
}
