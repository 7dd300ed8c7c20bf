import { createHash } from 'node:crypto';
import { AppError } from '../../core/domain/app-error.ts';
import { samplesToMs, type AudioChunk } from '../../core/domain/audio.ts';
import type { HeardChunk, Transcriber, TranscriberOptions, TranscriberSession } from '../../core/ports/transcriber.ts';
import { wordsHeard } from '../speech-engine/heard-words.ts';
import { packUtterances, type SoundPiece } from '../speech-engine/pack-utterances.ts';
import { promptOf } from '../speech-engine/prompt-of.ts';
import { askServer, type AnswerForm, type SpeechServer } from './ask-server.ts';

export interface OpenaiSpeechOptions extends Omit<SpeechServer, 'baseUrl'> {
  /** Null: none is set, and the engine is not ready. */
  readonly baseUrl: string | null;
  /** How many requests may be under way at once, of one recording. */
  readonly concurrency: number;
}

/** As WAV 9.6 MB: servers take 25 MB at most. */
const LONGEST_PIECE_MS = 5 * 60_000;
const MISSING =
  'No transcription server is set. Set TRANSCRIBE_BASE_URL to one with "/audio/transcriptions" (such as "http://127.0.0.1:8000/v1"), or TRANSCRIBE_API_KEY for OpenAI.';
/** Part of every digest: raised when the way from sound to words changes here. */
const VERSION = 1;

/** Any server that speaks OpenAI's `/v1/audio/transcriptions`: OpenAI, whisper servers, vLLM, speaches, LocalAI. */
export function createOpenaiTranscriber(options: OpenaiSpeechOptions): Transcriber {
  const refuses = ({ model }: Pick<TranscriberOptions, 'model'>): string | null =>
    model === null || model.toLowerCase() === options.model.toLowerCase()
      ? null
      : `The transcription server is set to the model "${options.model}" (TRANSCRIBE_MODEL). Leave the model out, or choose another engine.`;
  return {
    engine: 'openai',
    punctuates: true,
    draftQuality: false,
    unavailable: async () => (options.baseUrl === null ? MISSING : null),
    refuses,
    async open(request, signal) {
      signal.throwIfAborted();
      const { baseUrl } = options;
      if (baseUrl === null) throw new AppError('engine_unavailable', MISSING);
      const refused = refuses(request);
      if (refused !== null) throw new AppError('model_unavailable', refused);
      return openSession({ ...options, baseUrl }, request, signal);
    },
  };
}

function openSession(
  server: SpeechServer & { readonly concurrency: number },
  request: TranscriberOptions,
  opened: AbortSignal,
): TranscriberSession {
  const language = request.language?.toLowerCase().split(/[-_]/)[0] ?? null;
  const { task } = request;
  const prompt = promptOf(request.vocabulary);
  const closed = new AbortController();
  // Servers that translate take no choice of what is timed.
  let form: AnswerForm = task === 'translate' ? 'segments' : 'words';

  async function hear(chunk: AudioChunk, piece: SoundPiece, signal: AbortSignal): Promise<HeardChunk> {
    const samples = chunk.samples.subarray(piece.startSample - chunk.startSample, piece.endSample - chunk.startSample);
    const answer = await askServer(server, { samples, language, task, prompt }, form, signal);
    form = answer.form;
    const speech = piece.utterances.map((span) => ({
      startMs: samplesToMs(span.startSample),
      endMs: samplesToMs(span.endSample),
    }));
    const span = { startMs: samplesToMs(piece.startSample), endMs: samplesToMs(piece.endSample), speech };
    const spoken = answer.language ?? language;
    return {
      words: wordsHeard(answer.heard, span, task === 'translate' ? 'en' : spoken),
      language: spoken,
      noSpeech: answer.noSpeech,
    };
  }

  return {
    model: server.model,
    digest: createHash('sha256')
      .update(JSON.stringify([VERSION, server.baseUrl, server.model, language, task, prompt]))
      .digest('hex')
      .slice(0, 16),
    language,
    concurrency: server.concurrency,
    async transcribe(chunk, chunkSignal) {
      const signal = AbortSignal.any([chunkSignal, opened, closed.signal]);
      signal.throwIfAborted();
      const heard: HeardChunk[] = [];
      for (const piece of packUtterances(chunk, { longestMs: LONGEST_PIECE_MS, joinsUtterances: true }))
        heard.push(await hear(chunk, piece, signal));
      const silences = heard.flatMap(({ noSpeech }) => (noSpeech === null ? [] : [noSpeech]));
      return {
        words: heard.flatMap(({ words }) => words),
        language: heard.find(({ words }) => words.length > 0)?.language ?? language,
        noSpeech: silences.length > 0 ? Math.min(...silences) : null,
      };
    },
    async close() {
      closed.abort(new AppError('cancelled', 'The recording was closed while it was being transcribed.'));
    },
  };
}
