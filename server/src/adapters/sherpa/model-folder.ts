import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import { readOnnxMetadata } from './onnx-metadata.ts';

/** The kinds of models that are understood; `ctc` and `transducer` exist for whole recordings and for streams. */
export type ModelFamily = 'whisper' | 'transducer' | 'ctc' | 'sense-voice' | 'moonshine' | 'moonshine-2';

export interface ModelFolder {
  readonly family: ModelFamily;
  /** Absolute paths of the files, by what they are for (`encoder`, `decoder`, `joiner`, `model`, ...). */
  readonly files: Readonly<Record<string, string>>;
  readonly tokensPath: string;
  /** Each piece of the vocabulary, by its number. */
  readonly pieces: readonly string[];
  /** A vocabulary with scores, for hints; null where the folder has none. */
  readonly bpeVocabPath: string | null;
  /** Of all its files together. */
  readonly sizeBytes: number;
  /** What is noted in the file that comes first in `files`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Whether it hears a stream as it comes. */
  readonly streams: boolean;
}

/** The files of each kind; the first kind whose files are all there is it. Names as in sherpa-onnx's own archives. */
const LAYOUTS: readonly { readonly family: ModelFamily; readonly files: Readonly<Record<string, RegExp>> }[] = [
  { family: 'transducer', files: { encoder: /encoder.*\.onnx$/, decoder: /decoder.*\.onnx$/, joiner: /joiner.*\.onnx$/ } },
  {
    family: 'moonshine',
    files: {
      preprocessor: /^preprocess.*\.onnx$/,
      encoder: /^encode.*\.onnx$/,
      uncachedDecoder: /^uncached_decode.*\.onnx$/,
      cachedDecoder: /^cached_decode.*\.onnx$/,
    },
  },
  {
    family: 'moonshine-2',
    files: { encoder: /^encoder_model.*\.(?:ort|onnx)$/, mergedDecoder: /^decoder_model_merged.*\.(?:ort|onnx)$/ },
  },
  { family: 'whisper', files: { encoder: /encoder.*\.onnx$/, decoder: /decoder.*\.onnx$/ } },
  { family: 'ctc', files: { model: /^model.*\.onnx$/ } },
];

/**
 * Looks at what a folder holds before anything is loaded: the engine ends its process when a file is missing or damaged, or gives
 * nothing at all.
 *
 * @throws AppError `model_unavailable`
 */
export async function readModelFolder(folder: string, modelId: string): Promise<ModelFolder> {
  const damaged = (cause: unknown): AppError =>
    new AppError(
      'model_unavailable',
      `The speech model "${modelId}" is damaged or incomplete. Fetch it again: "scholium models verify ${modelId}", then "scholium models pull ${modelId}".`,
      { cause },
    );
  try {
    const names = await readdir(folder);
    const tokensName = names.find((name) => /(?:^|-)tokens\.txt$/.test(name));
    if (!tokensName) throw new Error('It holds no tokens.txt.');
    const layout = layoutOf(names);
    if (!layout) throw new Error('Its files are those of no kind that is known.');
    const { family } = layout;
    const files = Object.fromEntries(Object.entries(layout.files).map(([use, name]) => [use, join(folder, name)]));
    const metadata = await readAll(Object.values(files));
    const tokensPath = join(folder, tokensName);
    return {
      family: family === 'ctc' && metadata.has('lfr_window_size') ? 'sense-voice' : family,
      files,
      tokensPath,
      pieces: await readPieces(tokensPath),
      bpeVocabPath: names.includes('bpe.vocab') ? join(folder, 'bpe.vocab') : null,
      sizeBytes: await sizeOf(folder, names),
      metadata,
      streams: ['transducer', 'ctc'].includes(family) && (metadata.has('window_size') || metadata.has('decode_chunk_len')),
    };
  } catch (cause) {
    throw damaged(cause);
  }
}

/** Of files that differ in precision only, those of 8 bits come first: a quarter of the memory, and faster on processors. */
function smallerFirst(a: string, b: string): number {
  return Number(b.includes('int8')) - Number(a.includes('int8')) || (a < b ? -1 : 1);
}

/** The kind of model whose files these are, and which of them is for what; null when they are of no kind that is known. */
export function layoutOf(names: readonly string[]): { family: ModelFamily; files: Readonly<Record<string, string>> } | null {
  const sorted = names.toSorted(smallerFirst);
  for (const { family, files: patterns } of LAYOUTS) {
    const files = Object.entries(patterns).map(([use, pattern]) => [use, sorted.find((name) => pattern.test(name))] as const);
    const found = files.flatMap(([use, name]) => (name === undefined ? [] : [[use, name] as const]));
    if (found.length === files.length) return { family, files: Object.fromEntries(found) };
  }
  return null;
}

/** Looks at all files, and gives what is noted in the first. */
async function readAll(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const all = await Promise.all(
    // The .ort format is another; of it only the size is known.
    paths.map(async (path) => (path.endsWith('.ort') ? await checkSize(path) : await readOnnxMetadata(path))),
  );
  return all[0] ?? new Map();
}

async function checkSize(path: string): Promise<ReadonlyMap<string, string>> {
  if ((await stat(path)).size === 0) throw new Error('A file is empty.');
  return new Map();
}

/** With weights that lie beside an ONNX file, as those of the largest models do. */
async function sizeOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readPieces(path: string): Promise<readonly string[]> {
  const pieces: string[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [, piece, id] = /^(\S*)\s+(\d+)\s*$/.exec(line) ?? [];
    if (id !== undefined) pieces[Number(id)] = piece ?? '';
  }
  if (pieces.length === 0) throw new Error('tokens.txt is empty.');
  return pieces;
}
