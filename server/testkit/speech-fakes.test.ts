import { SAMPLE_RATE, type AudioChunk } from '../src/core/domain/audio.ts';
import { clockConformance } from './clock.conformance.ts';
import { EnergyVad } from './energy-vad.ts';
import { ManualClock } from './manual-clock.ts';
import { mediaDecoderConformance } from './media-decoder.conformance.ts';
import { memoryMediaDecoder } from './memory-media-decoder.ts';
import { ReplayTranscriber } from './replay-transcriber.ts';
import { tone } from './sound.ts';
import { transcriberConformance } from './transcriber.conformance.ts';
import { voiceActivityConformance } from './voice-activity-detector.conformance.ts';

mediaDecoderConformance('the decoder in memory', memoryMediaDecoder);
voiceActivityConformance('EnergyVad', () => ({ detector: new EnergyVad(), speech: async () => tone(3_000) }));
transcriberConformance('ReplayTranscriber', () => ({
  transcriber: new ReplayTranscriber({ concurrency: 2 }),
  chunks: async () => [chunk(0, 2), chunk(1, 7)],
}));
clockConformance('ManualClock', () => {
  const clock = new ManualClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});

function chunk(index: number, startSecond: number): AudioChunk {
  const span = { startSample: startSecond * SAMPLE_RATE, endSample: (startSecond + 4) * SAMPLE_RATE };
  return { index, ...span, utterances: [span], samples: tone(4_000) };
}
