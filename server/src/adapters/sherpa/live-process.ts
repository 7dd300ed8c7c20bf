import { createRequire } from 'node:module';

/** What the parent sends. `load` comes first; `samples`: the next sound; `flush`: the end of it. Each is answered by one reply. */
export type LiveRequest =
  | { readonly kind: 'load'; readonly config: object }
  | { readonly kind: 'samples'; readonly samples: Int16Array }
  | { readonly kind: 'flush' };
export interface LiveReply {
  /** Utterances that ended, in order, as sherpa gives them. */
  readonly ended: readonly string[];
  /** The one that goes on, as sherpa gives it; null before the first sound. */
  readonly going: string | null;
}

/** The parts of sherpa-onnx-node that are used here (the package ships no types). */
interface OnlineStream {
  readonly handle: unknown;
  acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void;
  inputFinished(): void;
}
interface OnlineRecognizer {
  readonly handle: unknown;
  createStream(): OnlineStream;
  isReady(stream: OnlineStream): boolean;
  decode(stream: OnlineStream): void;
  isEndpoint(stream: OnlineStream): boolean;
  reset(stream: OnlineStream): void;
}
interface Sherpa {
  OnlineRecognizer: new (config: object) => OnlineRecognizer;
}
/** Below its classes, which read the result as JSON although texts in it may hold raw control characters. */
interface SherpaAddon {
  getOnlineStreamResultAsJson(recognizer: unknown, stream: unknown): string;
}

const SAMPLE_RATE = 16_000;
/** Streaming models hear sound in windows of up to a second or so; the last one is filled up with silence. */
const SILENCE_AFTER = 1.2 * SAMPLE_RATE;

function openStream(config: object): (request: LiveRequest) => LiveReply {
  const require = createRequire(import.meta.url);
  const sherpa = require('sherpa-onnx-node') as Sherpa;
  const addon = require('sherpa-onnx-node/addon.js') as SherpaAddon;
  const recognizer = new sherpa.OnlineRecognizer(config);
  const stream = recognizer.createStream();
  const result = (): string => addon.getOnlineStreamResultAsJson(recognizer.handle, stream.handle);

  return (request) => {
    if (request.kind === 'load') return { ended: [], going: null };
    const ended: string[] = [];
    const sound = request.kind === 'samples' ? floatsOf(request.samples) : new Float32Array(SILENCE_AFTER);
    stream.acceptWaveform({ samples: sound, sampleRate: SAMPLE_RATE });
    if (request.kind === 'flush') stream.inputFinished();
    while (recognizer.isReady(stream)) {
      recognizer.decode(stream);
      if (!recognizer.isEndpoint(stream)) continue;
      ended.push(result());
      recognizer.reset(stream);
    }
    if (request.kind === 'samples') return { ended, going: result() };
    return { ended: [...ended, result()], going: null };
  };
}

function floatsOf(samples: Int16Array): Float32Array {
  const sound = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) sound[i] = (samples[i] ?? 0) / 32_768;
  return sound;
}

if (process.send) {
  let answer: ReturnType<typeof openStream> | null = null;
  process.on('message', (request: LiveRequest) => {
    if (request.kind === 'load') answer = openStream(request.config);
    process.send?.(answer?.(request) ?? { ended: [], going: null });
  });
  // The parent is gone: nobody wants the answer any more.
  process.on('disconnect', () => process.exit(0));
}
