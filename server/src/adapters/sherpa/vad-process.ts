import { createRequire } from 'node:module';
import type { SampleSpan } from '../../core/domain/audio.ts';

/** What the parent sends. `load` comes first; `samples`: the next sound; `flush`: the end of it. Each is answered by one reply. */
export type VadRequest =
  | { readonly kind: 'load'; readonly model: string }
  | { readonly kind: 'samples'; readonly samples: Int16Array }
  | { readonly kind: 'flush' };
export interface VadReply {
  readonly spans: readonly SampleSpan[];
}

/** The part of sherpa-onnx-node's Vad that is used here (the package ships no types). */
interface SherpaVad {
  acceptWaveform(samples: Float32Array): void;
  isEmpty(): boolean;
  isDetected(): boolean;
  front(enableExternalBuffer: boolean): { start: number; samples: Float32Array };
  pop(): void;
  flush(): void;
}

/** The model's window at 16 kHz. */
const WINDOW_SAMPLES = 512;
/** The engine's own limit only makes it look for shorter pauses: speech without any would be one utterance of hours. */
const MAX_UTTERANCE_WINDOWS = Math.floor((24 * 16_000) / WINDOW_SAMPLES);

/** Settings as measured: docs/decisions/0001-speech.md. */
function createVad(model: string): SherpaVad {
  const sherpa = createRequire(import.meta.url)('sherpa-onnx-node') as {
    Vad: new (config: object, bufferSeconds: number) => SherpaVad;
  };
  const sileroVad = {
    model,
    threshold: 0.5,
    minSpeechDuration: 0.25,
    minSilenceDuration: 0.5,
    maxSpeechDuration: 20,
    windowSize: WINDOW_SAMPLES,
  };
  return new sherpa.Vad({ sileroVad, sampleRate: 16_000, numThreads: 1, debug: false }, 60);
}

function serve(vad: SherpaVad): (request: VadRequest) => readonly SampleSpan[] {
  let rest = new Float32Array(0);
  let windowsInSpeech = 0;
  const take = (): SampleSpan[] => {
    const spans: SampleSpan[] = [];
    while (!vad.isEmpty()) {
      const { start, samples } = vad.front(false);
      spans.push({ startSample: start, endSample: start + samples.length });
      vad.pop();
    }
    return spans;
  };
  const accept = (samples: Int16Array): SampleSpan[] => {
    const all = new Float32Array(rest.length + samples.length);
    all.set(rest);
    for (let i = 0; i < samples.length; i++) all[rest.length + i] = (samples[i] ?? 0) / 32_768;
    const spans: SampleSpan[] = [];
    let at = 0;
    for (; at + WINDOW_SAMPLES <= all.length; at += WINDOW_SAMPLES) {
      vad.acceptWaveform(all.subarray(at, at + WINDOW_SAMPLES));
      windowsInSpeech = vad.isDetected() ? windowsInSpeech + 1 : 0;
      if (windowsInSpeech >= MAX_UTTERANCE_WINDOWS) {
        vad.flush();
        windowsInSpeech = 0;
      }
      spans.push(...take());
    }
    rest = all.slice(at);
    return spans;
  };
  const flush = (): SampleSpan[] => {
    // The last window is filled with silence, so that a word at the very end is heard.
    const spans = rest.length > 0 ? accept(new Int16Array(WINDOW_SAMPLES - rest.length)) : [];
    vad.flush();
    return [...spans, ...take()];
  };
  return (request) => {
    if (request.kind === 'load') return [];
    return request.kind === 'samples' ? accept(request.samples) : flush();
  };
}

if (process.send) {
  let answer: ReturnType<typeof serve> | null = null;
  process.on('message', (request: VadRequest) => {
    if (request.kind === 'load') answer = serve(createVad(request.model));
    const reply: VadReply = { spans: answer?.(request) ?? [] };
    process.send?.(reply);
  });
  // The parent is gone: nobody wants the answer any more.
  process.on('disconnect', () => process.exit(0));
}
