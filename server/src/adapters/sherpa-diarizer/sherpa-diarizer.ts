import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diarizationOf, type VoiceTurn } from '../../core/diarize/diarization-of.ts';
import { newSpeech } from '../../core/diarize/new-speech.ts';
import { AppError } from '../../core/domain/app-error.ts';
import { msToSamples, samplesToMs, type AudioChunk } from '../../core/domain/audio.ts';
import type { Diarizer, Diarization, DiarizeOptions, VoiceEmbedding } from '../../core/ports/diarizer.ts';
import { notLoaded } from '../sherpa/engine-failures.ts';
import { forkEngine, type EngineProcess } from '../sherpa/fork-engine.ts';
import type { LocatedModel } from '../../core/models/speech-model.ts';
import type { LocateModel } from '../speech-engine/choose-model.ts';
import { sherpaMissing, sherpaVersion } from '../sherpa/sherpa-package.ts';
import { providerOf } from '../sherpa/speech-device.ts';
import type { DiarizerReply, DiarizerRequest } from './diarizer-process.ts';
import { linkVoices, meanVoice, type WindowVoice } from './link-voices.ts';
import { soundWindows } from './sound-windows.ts';

export interface SherpaDiarizerOptions {
  readonly locate: LocateModel;
  /** Names of the models in the catalogue; each folder holds one `model.onnx`. */
  readonly segmentationModel: string;
  readonly embeddingModel: string;
  /** As `AI_DEVICE` names it. */
  readonly device: string;
  readonly threads: number;
  /** Of sound that the engine gets at once. */
  readonly windowMs?: number;
}

type Engine = EngineProcess<DiarizerRequest, DiarizerReply>;

const PROCESS_PATH = fileURLToPath(new URL('./diarizer-process.ts', import.meta.url));
/** Raised when the same sound gives other turns. */
const VERSION = 1;
/** sherpa takes all sound at once, as 4 bytes a sample: 10 minutes are 38 MB, 10 hours would be 2.3 GB. */
const WINDOW_MS = 10 * 60_000;
/** A longer silence is left out: who speaks after it is linked by voice. */
const LONGEST_GAP_MS = 30_000;
/** As sherpa's clustering within a window: voices at a distance of less than 0.5 are one. */
const LIKENESS = 0.5;
/** The slowest processors need about as long as the sound lasts; this is a hang. */
const LISTEN_TIMEOUT_MS = 30 * 60_000;

/**
 * pyannote's segmentation and voice prints through sherpa-onnx, in a process of its own, window by window: voices are linked from one to the
 * next by their prints. Hears two who speak at once, and gives voices to know people by.
 */
export function createSherpaDiarizer(options: SherpaDiarizerOptions): Diarizer {
  const names = [options.segmentationModel, options.embeddingModel] as const;

  async function located(): Promise<readonly [LocatedModel, LocatedModel]> {
    const [segmentation, embedding] = await Promise.all(names.map((id) => options.locate(id)));
    if (segmentation && embedding) return [segmentation, embedding];
    throw new AppError('model_missing', missing([segmentation, embedding]));
  }

  const missing = (found: readonly unknown[]): string => {
    const pulls = names.filter((_, i) => !found[i]).map((name) => `"scholium models pull ${name}"`);
    return `The models that tell speakers apart are not all on this machine yet. Fetch what is missing with ${pulls.join(' and ')}.`;
  };

  return {
    engine: 'sherpa',
    approximate: false,
    async unavailable() {
      const reason = sherpaMissing();
      if (reason !== null) return reason;
      if (providerOf(options.device) === null) return `AI_DEVICE "${options.device}" is none that sherpa-onnx knows.`;
      const found = await Promise.all(names.map((id) => options.locate(id)));
      return found.includes(null) ? missing(found) : null;
    },
    async digest() {
      const models = (await located()).map(({ digest }) => digest).join(':');
      return `sherpa:${sherpaVersion()}:${VERSION}:${models}:${options.windowMs ?? WINDOW_MS}`;
    },
    async diarize(speech, wish, signal) {
      signal.throwIfAborted();
      const [segmentation, embedding] = await located();
      let isLoaded = false;
      const engine: Engine = forkEngine(PROCESS_PATH, {
        signal,
        timeoutMs: LISTEN_TIMEOUT_MS,
        failure: (messages) => (isLoaded ? stopped(messages) : notLoaded(names.join('" or "'), messages)),
      });
      try {
        const provider = providerOf(options.device) ?? 'cpu';
        const paths = { segmentation: join(segmentation.folder, 'model.onnx'), embedding: join(embedding.folder, 'model.onnx') };
        await engine.ask({ kind: 'load', models: { ...paths, provider, threads: options.threads } });
        isLoaded = true;
        const windowMs = options.windowMs ?? WINDOW_MS;
        const space = `${options.embeddingModel}:${embedding.digest}`;
        return await listen(engine, speech, wish, { windowMs, space, model: names.join(' + ') }, signal);
      } finally {
        await engine.close();
      }
    },
  };
}

async function listen(
  engine: Engine,
  speech: AsyncIterable<AudioChunk>,
  { speakers, onProgress }: DiarizeOptions,
  { windowMs, space, model }: { readonly windowMs: number; readonly space: string; readonly model: string },
  signal: AbortSignal,
): Promise<Diarization> {
  const [turns, voices]: [VoiceTurn[], WindowVoice[]] = [[], []];
  const limits = { most: msToSamples(windowMs), longestGap: msToSamples(LONGEST_GAP_MS) };
  let endSample = 0;
  const told = async function* (): AsyncGenerator<AudioChunk> {
    for await (const chunk of newSpeech(speech)) {
      signal.throwIfAborted();
      yield chunk;
      endSample = Math.max(endSample, chunk.endSample);
    }
  };
  for await (const { startSample, samples, isLast } of soundWindows(told(), limits)) {
    // Only a recording of one window holds everybody in it.
    const known = isLast && voices.length === 0 ? speakers : null;
    const found = await engine.ask({ kind: 'listen', samples, speakers: known });
    for (const turn of found.turns)
      turns.push({
        startSample: turn.startSample + startSample,
        endSample: turn.endSample + startSample,
        voice: turn.voice + voices.length,
      });
    voices.push(
      ...found.embeddings.map((vector, voice) => ({
        vector,
        samples: found.turns.reduce((sum, turn) => sum + (turn.voice === voice ? turn.endSample - turn.startSample : 0), 0),
      })),
    );
    onProgress?.(samplesToMs(isLast ? endSample : startSample + samples.length));
  }
  const of = linkVoices(voices, { likeness: LIKENESS, most: speakers });
  const embeddings = new Map<number, VoiceEmbedding>();
  for (const voice of new Set(of)) {
    const vector = meanVoice(voices.filter((_, i) => of[i] === voice));
    if (vector) embeddings.set(voice, { space, vector });
  }
  return diarizationOf(
    model,
    turns.map((turn) => ({ ...turn, voice: of[turn.voice] ?? 0 })),
    embeddings,
  );
}

function stopped(messages: string): AppError {
  return new AppError('engine_failed', 'Finding the speakers stopped unexpectedly. The transcript is kept; try again.', {
    cause: messages,
  });
}
