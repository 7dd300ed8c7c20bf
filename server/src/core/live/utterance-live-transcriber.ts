import { msToSamples, type SampleSpan } from '../domain/audio.ts';
import type { Word } from '../domain/transcript.ts';
import type { LiveSession, LiveText, LiveTranscriber } from '../ports/live-transcriber.ts';
import type { Transcriber, TranscriberSession } from '../ports/transcriber.ts';
import type { VoiceActivityDetector, VoiceActivitySession } from '../ports/voice-activity-detector.ts';
import { createSoundWindow } from './sound-window.ts';

/** Utterances last 20 s or so: what voice activity detection went past so long ago and did not name is silence. */
const KEPT_SAMPLES = msToSamples(40_000);

/** Lets an engine that hears whole utterances hear a stream: each utterance when it has ended. It stays open, and so warm, from one to the next. */
export function utteranceLiveTranscriber(transcriber: Transcriber, voiceActivity: VoiceActivityDetector): LiveTranscriber {
  return {
    engine: transcriber.engine,
    punctuates: transcriber.punctuates,
    partials: false,
    unavailable: () => transcriber.unavailable(),
    async open({ model, language }, signal) {
      signal.throwIfAborted();
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const engine = await transcriber.open({ model, language, task: 'transcribe', vocabulary: [] }, either);
      try {
        return openSession(engine, await voiceActivity.open(either), { signal: either, stop });
      } catch (error) {
        await engine.close();
        throw error;
      }
    },
  };
}

function openSession(
  engine: TranscriberSession,
  voice: VoiceActivitySession,
  { signal, stop }: { signal: AbortSignal; stop: AbortController },
): LiveSession {
  const sound = createSoundWindow();
  let index = 0;
  let passed = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function hear(spans: readonly SampleSpan[]): Promise<LiveText> {
    const words: Word[] = [];
    for (const span of spans) {
      const chunk = { index: index++, ...span, utterances: [span], samples: sound.take(span) };
      const heard = await engine.transcribe(chunk, signal);
      words.push(...heard.words);
    }
    return { words, partial: '' };
  }

  /** One after the other, so that words come in their order. */
  function inTurn(work: () => Promise<LiveText>): Promise<LiveText> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  return {
    model: engine.model,
    language: engine.language,
    accept(samples) {
      sound.add(samples);
      return inTurn(async () => {
        signal.throwIfAborted();
        const spans = await voice.accept(samples);
        passed += samples.length;
        const text = await hear(spans);
        sound.forgetBefore(Math.max(passed - KEPT_SAMPLES, spans.at(-1)?.endSample ?? 0));
        return text;
      });
    },
    flush: () => inTurn(async () => hear(await voice.flush())),
    async close() {
      stop.abort(new Error('The stream was closed.'));
      await last;
      await Promise.all([voice.close(), engine.close()]);
    },
  };
}
