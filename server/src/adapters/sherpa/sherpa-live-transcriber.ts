import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/domain/app-error.ts';
import { samplesToMs } from '../../core/domain/audio.ts';
import type { Word } from '../../core/domain/transcript.ts';
import type { LiveSession, LiveText, LiveTranscriber } from '../../core/ports/live-transcriber.ts';
import { forkEngine } from './fork-engine.ts';
import { readResult } from './heard-text.ts';
import { wordsHeard } from '../speech-engine/heard-words.ts';
import type { LiveReply, LiveRequest } from './live-process.ts';
import { notLoaded, stopped } from './engine-failures.ts';
import { readModelFolder } from './model-folder.ts';
import { streamingConfig } from './recognizer-config.ts';
import { chooseModel, type LocateModel, type EngineModel } from '../speech-engine/choose-model.ts';
import { sherpaMissing } from './sherpa-package.ts';

export interface SherpaLiveOptions {
  /** Streaming models, best first: the first that is on the machine is the default. */
  readonly models: readonly EngineModel[];
  readonly locate: LocateModel;
  /** Processor threads of each stream's process. */
  readonly threads: number;
}

const PROCESS_PATH = fileURLToPath(new URL('./live-process.ts', import.meta.url));
/** An answer takes a part of the time that its sound lasts; this is a hang. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Streaming models (Zipformer, NeMo) by sherpa-onnx: partial text while somebody speaks. Each stream has a process of its own. */
export function createSherpaLiveTranscriber(options: SherpaLiveOptions): LiveTranscriber {
  return {
    engine: 'sherpa',
    // Few streaming models write punctuation; text without any is made readable, text with it is left as it is.
    punctuates: false,
    partials: true,
    async unavailable() {
      const missing = sherpaMissing();
      if (missing) return missing;
      for (const model of options.models) if (await options.locate(model.id)) return null;
      return 'No streaming speech model is on this machine yet. "scholium models list" shows which there are.';
    },
    async open(wish, signal) {
      const missing = sherpaMissing();
      if (missing) throw new AppError('engine_unavailable', missing);
      const language = wish.language?.toLowerCase().split(/[-_]/)[0] ?? null;
      const chosen = await chooseModel('sherpa', options.models, options.locate, {
        model: wish.model,
        language,
        task: 'transcribe',
      });
      const { id, languages } = chosen.model;
      const folder = await readModelFolder(chosen.folder, id);
      if (!folder.streams)
        throw new AppError('engine_unavailable', `The speech model "${id}" does not hear a stream. Choose a streaming model.`);
      const single = languages !== 'any' && languages.length === 1 ? languages[0] : null;
      const config = streamingConfig(folder, { threads: options.threads, provider: 'cpu' });
      return openSession({ id, config, language: language ?? single ?? null }, signal);
    },
  };
}

async function openSession(
  { id, config, language }: { id: string; config: object; language: string | null },
  signal: AbortSignal,
): Promise<LiveSession> {
  let isLoaded = false;
  let received = 0;
  const child = forkEngine<LiveRequest, LiveReply>(PROCESS_PATH, {
    signal,
    timeoutMs: ANSWER_TIMEOUT_MS,
    failure: (messages) => (isLoaded ? stopped(messages) : notLoaded(id, messages)),
  });
  await child.ask({ kind: 'load', config });
  isLoaded = true;

  return {
    model: id,
    language,
    async accept(samples) {
      received += samples.length;
      const endMs = samplesToMs(received);
      return textOf(await child.ask({ kind: 'samples', samples }), endMs);
    },
    async flush() {
      const endMs = samplesToMs(received);
      return textOf(await child.ask({ kind: 'flush' }), endMs);
    },
    close: () => child.close(),
  };

  /** Times are told from the start of the stream; `endMs` is how much of it there has been. */
  function textOf(reply: LiveReply, endMs: number): LiveText {
    const stream = { startMs: 0, endMs, speech: [{ startMs: 0, endMs }] };
    const words: Word[] = reply.ended.flatMap((json) => wordsHeard(readResult(json), stream, language));
    return { words, partial: reply.going === null ? '' : readResult(reply.going).text };
  }
}
