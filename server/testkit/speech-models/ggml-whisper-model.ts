import { ggmlFile, type GgmlTensor, type WhisperSizes } from './ggml-writer.ts';
import { LOUD_PIECES, QUIET_PIECES } from './known-sentences.ts';
import { SENTENCE_MS, TRANSLATED_PIECES } from './whisper-model.ts';

const SIZES: WhisperSizes = {
  // Whisper's own vocabulary of several languages: whisper.cpp knows its special tokens by their numbers.
  vocabulary: 51_865,
  audioContext: 1_500,
  state: 40,
  heads: 1,
  // Four make it a "tiny" model; they leave what passes through them as it is.
  audioLayers: 4,
  textContext: 448,
  textLayers: 1,
  mels: 80,
};
const FFT_BINS = 201;
const SPECIAL = {
  eot: 50_257,
  sot: 50_258,
  de: 50_261,
  translate: 50_358,
  transcribe: 50_359,
  notimestamps: 50_363,
  begin: 50_364,
};
/** A space alone is looked up by whisper.cpp, to forbid it at the beginning. */
const TEXT: readonly string[] = [...new Set([...LOUD_PIECES, ...QUIET_PIECES, ...TRANSLATED_PIECES, '▁'])];

/** Time tokens are 20 ms apart. A translation begins a step later, so that it can be told from a transcription. */
const START = SPECIAL.begin + SENTENCE_MS.from / 20;
const END = SPECIAL.begin + SENTENCE_MS.to / 20;
/** Each token that follows another has a dimension of its own. */
const KNOWN: readonly number[] = [...TEXT.keys(), ...Object.values(SPECIAL), START, START + 1, END];
/** The dimension that tells whether the sound is loud. */
const LOUD = SIZES.state - 1;
/** Of scaled log mel energies: white noise of a third of full scale has 1.2, of a hundredth 0.4. */
const LOUD_ABOVE = 0.8;

/**
 * A `ggml-*.bin` of the Whisper type for whisper.cpp. It takes what it hears for German and says one known sentence in loud sound,
 * another in quiet sound, and a third one when it is told to translate, from 0.2 s to 1.8 s of each half minute.
 *
 * Its encoder passes on where the sound is loud, its decoder's attention looks there, and its two layers of neurons are a table of
 * what follows what in loud and in quiet sound.
 */
export function ggmlWhisperModel(): Uint8Array {
  return ggmlFile({
    sizes: SIZES,
    // The first band is the mean of all energy; the others hear nothing.
    melFilters: { fftBins: FFT_BINS, values: filled(SIZES.mels * FFT_BINS, (at) => (at < FFT_BINS ? 1 / FFT_BINS : 0)) },
    pieces: TEXT.map((piece) => piece.replace('▁', ' ')),
    tensors: [...encoder(), ...decoder()],
  });
}

function encoder(): GgmlTensor[] {
  const { state, mels, audioContext, audioLayers } = SIZES;
  const steep = 20;
  // The middle one of three samples, of the first band into the first dimension.
  const first = matrix('encoder.conv1.weight', [3, mels, state], [[1, steep]]);
  // The second dimension is always 4: beside it, the first one stands out or does not when they are normalised.
  const bias = filled(state, (at) => (at === 0 ? -steep * LOUD_ABOVE : at === 1 ? 4 : 0));
  return [
    vector(
      'encoder.positional_embedding',
      filled(state * audioContext, () => 0),
      [state, audioContext],
    ),
    first,
    vector('encoder.conv1.bias', bias, [1, state]),
    matrix('encoder.conv2.weight', [3, state, state], [[1, 1]]),
    vector(
      'encoder.conv2.bias',
      filled(state, (at) => (at === 1 ? 4 : 0)),
      [1, state],
    ),
    ...norm('encoder.ln_post'),
    ...Array.from({ length: audioLayers }, (_, layer) => [
      ...attention(`encoder.blocks.${layer}.attn`),
      ...neurons(`encoder.blocks.${layer}`, [], () => 0),
    ]).flat(),
  ];
}

function decoder(): GgmlTensor[] {
  const { state, textContext, vocabulary } = SIZES;
  const embedding = filled(state * vocabulary, () => 0);
  KNOWN.forEach((token, dimension) => (embedding[token * state + dimension] = 1));
  const [inputs, outputs] = table();
  return [
    vector(
      'decoder.positional_embedding',
      filled(state * textContext, () => 0),
      [state, textContext],
    ),
    { name: 'decoder.token_embedding.weight', shape: [state, vocabulary], values: embedding, isHalf: true },
    ...norm('decoder.ln', 8),
    ...attention('decoder.blocks.0.attn'),
    // Looks where the first dimension of the sound is largest, and notes it in `LOUD`.
    ...attention('decoder.blocks.0.cross_attn', { look: 10, into: LOUD, weight: 0.2 }),
    ...neurons('decoder.blocks.0', inputs, outputs),
  ];
}

interface Neuron {
  /** What it adds up, by dimension. */
  readonly weights: readonly (readonly [dimension: number, weight: number])[];
  readonly bias: number;
  /** The dimensions it raises. */
  readonly raises: readonly (readonly [dimension: number, by: number])[];
}

/**
 * One neuron for each token and loudness, that fires for both together. After normalisation the dimension of the token is at 4.4 and
 * `LOUD` too when it is loud; else they are at 6.2 and -0.4. Others are at about -0.2.
 */
function table(): [readonly Neuron[], (neuron: Neuron, dimension: number) => number] {
  const steep = 20;
  const neurons: Neuron[] = [];
  for (const [pieces, isLoud] of [[LOUD_PIECES, true] as const, [QUIET_PIECES, false] as const]) {
    for (const [token, follows] of chainOf(pieces)) {
      neurons.push({
        weights: [
          [dimensionOf(token), steep],
          [LOUD, isLoud ? steep : -2 * steep],
        ],
        bias: steep * (isLoud ? -7.3 : -3),
        raises: follows.map((next, rank) => [dimensionOf(next), rank === 0 ? 1 : 0.6]),
      });
    }
  }
  return [neurons, (neuron, dimension) => neuron.raises.find(([raised]) => raised === dimension)?.[1] ?? 0];
}

/** What follows each token; the second one where the first is not allowed (times, when none are wanted). */
function chainOf(pieces: readonly string[]): [number, number[]][] {
  const ids = pieces.map((piece) => TEXT.indexOf(piece));
  const translated = TRANSLATED_PIECES.map((piece) => TEXT.indexOf(piece));
  const links: [number, number[]][] = [
    [SPECIAL.sot, [SPECIAL.de]],
    [SPECIAL.transcribe, [START]],
    [SPECIAL.translate, [START + 1]],
    [SPECIAL.notimestamps, [ids[0] ?? 0]],
    [END, [SPECIAL.eot]],
  ];
  const chains = [
    [START, ...ids],
    [START + 1, ...translated],
  ];
  for (const chain of chains) chain.slice(1).forEach((next, index) => links.push([chain[index] ?? 0, [next]]));
  return [...links, [TEXT.indexOf('.'), [END, SPECIAL.eot]]];
}

function dimensionOf(token: number): number {
  return KNOWN.indexOf(token);
}

/** Attention that adds nothing; or that looks where the first dimension of the sound is large and adds it to `into`. */
function attention(name: string, looks?: { look: number; into: number; weight: number }): GgmlTensor[] {
  const { state } = SIZES;
  const square = [state, state];
  const { look = 0, into = 0, weight = 0 } = looks ?? {};
  return [
    ...norm(`${name}_ln`),
    matrix(`${name}.query.weight`, square, []),
    vector(
      `${name}.query.bias`,
      filled(state, (at) => (at === 0 ? look : 0)),
    ),
    matrix(`${name}.key.weight`, square, [[0, look]]),
    matrix(`${name}.value.weight`, square, [[0, looks ? 1 : 0]]),
    vector(
      `${name}.value.bias`,
      filled(state, () => 0),
    ),
    matrix(`${name}.out.weight`, square, [[into * state, weight]]),
    vector(
      `${name}.out.bias`,
      filled(state, () => 0),
    ),
  ];
}

function neurons(name: string, cells: readonly Neuron[], raises: (neuron: Neuron, dimension: number) => number): GgmlTensor[] {
  const { state } = SIZES;
  const count = 4 * state;
  if (cells.length > count) throw new Error(`There are more than ${count} neurons.`);
  const inputs = cells.flatMap(({ weights }, cell) => weights.map(([at, weight]) => [cell * state + at, weight] as const));
  const outputs = cells.flatMap((cell, index) =>
    Array.from({ length: state }, (_, dimension) => [dimension * count + index, raises(cell, dimension)] as const),
  );
  return [
    ...norm(`${name}.mlp_ln`),
    matrix(`${name}.mlp.0.weight`, [state, count], inputs),
    vector(
      `${name}.mlp.0.bias`,
      filled(count, (at) => cells[at]?.bias ?? 0),
    ),
    matrix(`${name}.mlp.2.weight`, [count, state], outputs),
    vector(
      `${name}.mlp.2.bias`,
      filled(state, () => 0),
    ),
  ];
}

function norm(name: string, weight = 1): GgmlTensor[] {
  return [
    vector(
      `${name}.weight`,
      filled(SIZES.state, () => weight),
    ),
    vector(
      `${name}.bias`,
      filled(SIZES.state, () => 0),
    ),
  ];
}

/** Zeros, but for some places. */
function matrix(
  name: string,
  shape: readonly number[],
  entries: readonly (readonly [place: number, value: number])[],
): GgmlTensor {
  const values = filled(
    shape.reduce((product, length) => product * length, 1),
    () => 0,
  );
  for (const [place, value] of entries) values[place] = value;
  return { name, shape, values, isHalf: true };
}

function vector(name: string, values: Float32Array, shape: readonly number[] = [values.length]): GgmlTensor {
  return { name, shape, values, isHalf: false };
}

function filled(length: number, value: (index: number) => number): Float32Array {
  return Float32Array.from({ length }, (_, index) => value(index));
}
