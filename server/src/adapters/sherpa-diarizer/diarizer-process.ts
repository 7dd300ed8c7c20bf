import { createRequire } from 'node:module';
import type { VoiceTurn } from '../../core/diarize/diarization-of.ts';

export interface DiarizerModels {
  readonly segmentation: string;
  readonly embedding: string;
  readonly threads: number;
  readonly provider: string;
}

/** What the parent sends; `load` comes first. `speakers` as in `DiarizeOptions`. Each is answered by one reply. */
export type DiarizerRequest =
  | { readonly kind: 'load'; readonly models: DiarizerModels }
  | { readonly kind: 'listen'; readonly samples: Int16Array; readonly speakers: number | null };

/** Voices of the sound that was sent, in samples from its start. */
export interface DiarizerReply {
  readonly turns: readonly VoiceTurn[];
  /** By voice; null for one that is heard too little by itself. */
  readonly embeddings: readonly (readonly number[] | null)[];
}

/** The part of sherpa-onnx-node that is used here. */
interface Sherpa {
  OfflineSpeakerDiarization: new (config: object) => {
    process(samples: Float32Array): { start: number; end: number; speaker: number }[];
    setConfig(config: object): void;
  };
  SpeakerEmbeddingExtractor: new (config: object) => {
    createStream(): { acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void; inputFinished(): void };
    isReady(stream: object): boolean;
    compute(stream: object, enableExternalBuffer: boolean): Float32Array;
  };
}

const RATE = 16_000;
/** As in sherpa's examples: a distance of 0.5 between voices that are two, no turn under 0.3 s, no pause under 0.5 s. */
const CLUSTERING = { numClusters: -1, threshold: 0.5 };
const [SHORTEST_TURN_S, SHORTEST_PAUSE_S] = [0.3, 0.5];
/** A voice is known well after so much of it. */
const ENOUGH_S = 60;
/** Of less than this a print is mostly chance. */
const LEAST_S = 0.5;

function load({ segmentation, embedding, threads, provider }: DiarizerModels) {
  const sherpa = createRequire(import.meta.url)('sherpa-onnx-node') as Sherpa; // it ships no types
  const common = { numThreads: threads, provider, debug: 0 };
  const voice = { ...common, model: embedding };
  const engine = new sherpa.OfflineSpeakerDiarization({
    segmentation: { ...common, pyannote: { model: segmentation } },
    embedding: voice,
    clustering: CLUSTERING,
    minDurationOn: SHORTEST_TURN_S,
    minDurationOff: SHORTEST_PAUSE_S,
  });
  const extractor = new sherpa.SpeakerEmbeddingExtractor(voice);

  return (samples: Int16Array, speakers: number | null): DiarizerReply => {
    const sound = Float32Array.from(samples, (sample) => sample / 32_768);
    engine.setConfig({ clustering: speakers === null ? CLUSTERING : { ...CLUSTERING, numClusters: speakers } });
    const found = engine.process(sound);
    const turns = found.map(({ start, end, speaker }) => ({
      startSample: Math.max(0, Math.round(start * RATE)),
      endSample: Math.min(samples.length, Math.round(end * RATE)),
      voice: speaker,
    }));
    const voices = Math.max(-1, ...turns.map(({ voice }) => voice)) + 1;
    const embeddings = Array.from({ length: voices }, (_, voice) => print(sound, alone(turns, voice)));
    return { turns, embeddings };
  };

  function print(sound: Float32Array, spans: readonly VoiceTurn[]): number[] | null {
    const stream = extractor.createStream();
    let left = ENOUGH_S * RATE;
    for (const { startSample, endSample } of spans) {
      if (left <= 0) break;
      const part = sound.slice(startSample, Math.min(endSample, startSample + left));
      stream.acceptWaveform({ samples: part, sampleRate: RATE });
      left -= part.length;
    }
    if (ENOUGH_S * RATE - left < LEAST_S * RATE) return null;
    stream.inputFinished();
    if (!extractor.isReady(stream)) return null;
    const vector = extractor.compute(stream, false);
    const length = Math.hypot(...vector);
    return length > 0 ? Array.from(vector, (value) => value / length) : null;
  }
}

/** Where a voice speaks and no other does, the longest first. */
function alone(turns: readonly VoiceTurn[], voice: number): VoiceTurn[] {
  const others = turns.filter((turn) => turn.voice !== voice);
  const clear = turns
    .filter((turn) => turn.voice === voice)
    .flatMap((turn) => {
      let parts = [turn];
      for (const { startSample, endSample } of others)
        parts = parts.flatMap((part) => [
          ...(part.startSample < startSample ? [{ ...part, endSample: Math.min(part.endSample, startSample) }] : []),
          ...(part.endSample > endSample ? [{ ...part, startSample: Math.max(part.startSample, endSample) }] : []),
        ]);
      return parts;
    });
  return clear.toSorted((a, b) => b.endSample - b.startSample - (a.endSample - a.startSample));
}

if (process.send) {
  let listen: ReturnType<typeof load> | null = null;
  process.on('message', (request: DiarizerRequest) => {
    let reply: DiarizerReply = { turns: [], embeddings: [] };
    if (request.kind === 'load') listen = load(request.models);
    else if (listen) reply = listen(request.samples, request.speakers);
    process.send?.(reply);
  });
  // The parent is gone: nobody wants the answer any more.
  process.on('disconnect', () => process.exit(0));
}
