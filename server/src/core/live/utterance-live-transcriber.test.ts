import { liveTranscriberConformance } from '../../../testkit/live-transcriber.conformance.ts';
import { EnergyVad } from '../../../testkit/energy-vad.ts';
import { joined, silence, tone } from '../../../testkit/sound.ts';
import type { Transcriber } from '../ports/transcriber.ts';
import { samplesToMs } from '../domain/audio.ts';
import { utteranceLiveTranscriber } from './utterance-live-transcriber.ts';

/** Hears one word in each chunk: how long it is, to a tenth of a second. */
const measuring: Transcriber = {
  engine: 'measuring',
  punctuates: false,
  draftQuality: true,
  unavailable: async () => null,
  open: async (_options, signal) => ({
    model: 'test',
    digest: 'test',
    language: 'en',
    concurrency: 1,
    async transcribe({ startSample, endSample, samples }) {
      signal.throwIfAborted();
      const loud = samples.filter((sample) => Math.abs(sample) > 1_000).length > samples.length / 2;
      const text = `${loud ? 'tone' : 'nothing'}-${Math.round(samplesToMs(samples.length) / 100)}`;
      const word = { text, startMs: samplesToMs(startSample), endMs: samplesToMs(endSample), confidence: 1 };
      return { words: [word], language: 'en', noSpeech: null };
    },
    close: async () => {},
  }),
};

liveTranscriberConformance('utteranceLiveTranscriber', () => ({
  transcriber: utteranceLiveTranscriber(measuring, new EnergyVad()),
  speech: async () => joined(silence(300), tone(900), silence(800), tone(1_500), silence(700), tone(400)),
}));
