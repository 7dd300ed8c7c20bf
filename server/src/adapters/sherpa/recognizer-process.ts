import { createRequire } from 'node:module';
import { SAMPLE_RATE } from '../../core/domain/audio.ts';
import { soundLength } from '../speech-engine/sound-length.ts';

/** What the parent sends. `load` comes first and is answered by an empty text. */
export type RecognizerRequest =
  | { readonly kind: 'load'; readonly config: object }
  | { readonly kind: 'hear'; readonly samples: Int16Array; readonly hints: string | null; readonly leastSamples: number };
export interface RecognizerReply {
  /** The result as sherpa gives it. */
  readonly json: string;
}

/** The parts of sherpa-onnx-node that are used here (the package ships no types). */
interface OfflineStream {
  readonly handle: unknown;
  acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void;
}
interface OfflineRecognizer {
  createStream(hints?: string): OfflineStream;
  decode(stream: OfflineStream): void;
}
interface Sherpa {
  OfflineRecognizer: new (config: object) => OfflineRecognizer;
}
/** Below its classes, which read the result as JSON although texts in it may hold raw control characters. */
interface SherpaAddon {
  getOfflineStreamResultAsJson(handle: unknown): string;
}

type HearRequest = Extract<RecognizerRequest, { kind: 'hear' }>;

function openRecognizer(config: object): (request: HearRequest) => string {
  const require = createRequire(import.meta.url);
  const sherpa = require('sherpa-onnx-node') as Sherpa;
  const addon = require('sherpa-onnx-node/addon.js') as SherpaAddon;
  const recognizer = new sherpa.OfflineRecognizer(config);
  return ({ samples, hints, leastSamples }) => {
    const stream = hints === null ? recognizer.createStream() : recognizer.createStream(hints);
    const sound = new Float32Array(soundLength(samples.length, leastSamples));
    for (let i = 0; i < samples.length; i++) sound[i] = (samples[i] ?? 0) / 32_768;
    stream.acceptWaveform({ samples: sound, sampleRate: SAMPLE_RATE });
    recognizer.decode(stream);
    return addon.getOfflineStreamResultAsJson(stream.handle);
  };
}

if (process.send) {
  let hear: ReturnType<typeof openRecognizer> | null = null;
  process.on('message', (request: RecognizerRequest) => {
    let json = '';
    if (request.kind === 'load') hear = openRecognizer(request.config);
    else json = hear?.(request) ?? '';
    process.send?.({ json } satisfies RecognizerReply);
  });
  // The parent is gone: nobody wants the answer any more.
  process.on('disconnect', () => process.exit(0));
}
