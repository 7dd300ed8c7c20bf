/** `ggml`, as whisper.cpp's converter writes it: https://github.com/ggml-org/whisper.cpp/blob/master/models/convert-pt-to-ggml.py */
const MAGIC = 0x67676d6c;
const FLOAT_32 = 0;
const FLOAT_16 = 1;

export interface WhisperSizes {
  readonly vocabulary: number;
  readonly audioContext: number;
  readonly state: number;
  readonly heads: number;
  readonly audioLayers: number;
  readonly textContext: number;
  readonly textLayers: number;
  readonly mels: number;
}

export interface GgmlTensor {
  readonly name: string;
  /** The innermost dimension first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Matrices are kept in 16 bits; biases, norms and positions in 32. */
  readonly isHalf: boolean;
}

export interface GgmlModel {
  readonly sizes: WhisperSizes;
  /** One row of `fftBins` numbers for each mel band. */
  readonly melFilters: { readonly fftBins: number; readonly values: Float32Array };
  /** The first pieces of the vocabulary; whisper.cpp names the special ones after them by itself. */
  readonly pieces: readonly string[];
  readonly tensors: readonly GgmlTensor[];
}

/** The bytes of a `ggml-*.bin` file for whisper.cpp. */
export function ggmlFile({ sizes, melFilters, pieces, tensors }: GgmlModel): Uint8Array {
  const { vocabulary, audioContext, state, heads, audioLayers, textContext, textLayers, mels } = sizes;
  const header = [vocabulary, audioContext, state, heads, audioLayers, textContext, state, heads, textLayers, mels, FLOAT_16];
  return Buffer.concat([
    numbers([MAGIC, ...header]),
    numbers([mels, melFilters.fftBins]),
    bytesOf(melFilters.values),
    numbers([pieces.length]),
    ...pieces.flatMap((piece) => [numbers([Buffer.byteLength(piece)]), Buffer.from(piece)]),
    ...tensors.flatMap(tensorBytes),
  ]);
}

function tensorBytes({ name, shape, values, isHalf }: GgmlTensor): Uint8Array[] {
  return [
    numbers([shape.length, name.length, isHalf ? FLOAT_16 : FLOAT_32, ...shape]),
    Buffer.from(name),
    bytesOf(isHalf ? Float16Array.from(values) : values),
  ];
}

function numbers(values: readonly number[]): Uint8Array {
  return bytesOf(Int32Array.from(values));
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
