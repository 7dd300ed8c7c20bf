import { graphBuilder } from './graph-builder.ts';

/** The real segmentation model's: 10 s of sound in 589 frames, up to three voices of which two may speak at once. */
const WINDOW = 160_000;
const RECEPTIVE_FIELD = { size: 991, shift: 270 };
const FRAMES = Math.floor((WINDOW - RECEPTIVE_FIELD.size) / RECEPTIVE_FIELD.shift) + 1;
const CLASSES = 7;
/** Mean level (of 1) above which there is a voice. */
const VOICE_ABOVE = 0.01;
/**
 * How much sound changes from one sample to the next, as a share of its level: 2 sin(pi f / 16 kHz) times a constant for a tone, so
 * that 440 Hz has 0.17 and 1 kHz 0.39.
 */
const HIGH_ABOVE = 0.28;
const FEATURES = 80;

/**
 * A model of the kind of pyannote's segmentation: a low tone (below 700 Hz) is one voice, a higher one another, silence none.
 * For `OfflineSpeakerDiarization` of sherpa-onnx, with `speakerEmbeddingModel`.
 */
export function speakerSegmentationModel(): Uint8Array {
  const graph = graphBuilder();
  const axis = graph.constant('int64', [2]);
  const pool = { kernel_shape: [RECEPTIVE_FIELD.size], strides: [RECEPTIVE_FIELD.shift] };
  const level = graph.node('AveragePool', [graph.node('Abs', ['x'])], pool);
  const part = (from: number, to: number): string =>
    graph.node('Slice', ['x', graph.constant('int64', [from]), graph.constant('int64', [to]), axis]);
  const change = graph.node('Abs', [graph.node('Sub', [part(1, WINDOW), part(0, WINDOW - 1)])]);
  const share = graph.node('Div', [
    graph.node('AveragePool', [change], pool),
    graph.node('Add', [level, graph.constant('float', [1e-6], [])]),
  ]);
  const isHigh = graph.node('Greater', [share, graph.constant('float', [HIGH_ABOVE], [])]);
  const isVoice = graph.node('Greater', [level, graph.constant('float', [VOICE_ABOVE], [])]);
  const [nobody, low, high] = [0, 1, 2].map((speaker) => graph.constant('int64', [speaker], [])) as [string, string, string];
  const who = graph.node('Where', [isVoice, graph.node('Where', [isHigh, high, low]), nobody]); // [N, 1, F]
  const frames = graph.node('Squeeze', [who, graph.constant('int64', [1])]);
  const classes = graph.constant('int64', [CLASSES]);
  graph.output(
    { name: 'y', type: 'float', shape: ['N', FRAMES, CLASSES] },
    graph.node('OneHot', [frames, classes, graph.constant('float', [-5, 0])]),
  );
  return graph.file([{ name: 'x', type: 'float', shape: ['N', 1, WINDOW] }], {
    model_type: 'pyannote-segmentation-3.0',
    sample_rate: 16_000,
    window_size: WINDOW,
    receptive_field_size: RECEPTIVE_FIELD.size,
    receptive_field_shift: RECEPTIVE_FIELD.shift,
    num_speakers: 3,
    powerset_max_classes: 2,
    num_classes: CLASSES,
  });
}

/** A model of the kind of WeSpeaker's: a voice is how its energy is spread over 80 mel bands, whatever its level. */
export function speakerEmbeddingModel(): Uint8Array {
  const graph = graphBuilder();
  const bands = graph.node('ReduceMean', ['feats'], { axes: [1], keepdims: 0 });
  const shape = graph.node('Sub', [bands, graph.node('ReduceMean', [bands], { axes: [1], keepdims: 1 })]);
  graph.output({ name: 'embs', type: 'float', shape: ['B', FEATURES] }, shape);
  return graph.file([{ name: 'feats', type: 'float', shape: ['B', 'T', FEATURES] }], {
    framework: 'wespeaker',
    language: 'English',
    output_dim: FEATURES,
    sample_rate: 16_000,
    normalize_samples: 0,
    comment: 'made by a test',
  });
}
