import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxFile } from '../../../testkit/speech-models/onnx-writer.ts';
import { readOnnxMetadata } from './onnx-metadata.ts';

/** A graph of some megabytes, with notes after it, as exporters write them. */
const FILE = onnxFile({
  inputs: [],
  outputs: [],
  nodes: [],
  constants: [{ name: 'weights', type: 'float', shape: [1_000_000], values: Array.from({ length: 1_000_000 }, () => 1) }],
  metadata: { model_type: 'whisper-tiny', n_mels: 80, empty: '', long: 'é'.repeat(10_000) },
});

describe('the notes of an ONNX file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-onnx-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(bytes: Uint8Array): Promise<ReadonlyMap<string, string>> {
    const path = join(folder, 'model.onnx');
    await writeFile(path, bytes);
    return readOnnxMetadata(path);
  }

  it('are read without the rest', async () => {
    expect(Object.fromEntries(await read(FILE))).toEqual({
      model_type: 'whisper-tiny',
      n_mels: '80',
      empty: '',
      long: 'é'.repeat(10_000),
    });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['half of a model', FILE.subarray(0, FILE.length / 2)],
    ['a model without its last byte', FILE.subarray(0, FILE.length - 1)],
    ['text', new TextEncoder().encode('<html>not found</html>')],
    ['zeros', new Uint8Array(100)],
    ['a number without an end', new Uint8Array(100).fill(0xff)],
  ])('are not read from %s', async (_what, bytes) => {
    await expect(read(bytes)).rejects.toThrow();
  });
});
