import { describe, expect, it } from 'vitest';
import { ggmlWhisperModel } from './ggml-whisper-model.ts';

/** Reads a file in the order in which whisper.cpp does. */
function readGgml(file: Uint8Array): { header: number[]; pieces: string[]; tensors: Map<string, number[]> } {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const number = (): number => buffer.readInt32LE((at += 4) - 4);
  const text = (length: number): string => buffer.toString('utf8', at, (at += length));
  const header = Array.from({ length: 12 }, number);
  const [mels, bins] = [number(), number()];
  at += mels * bins * 4;
  const pieces = Array.from({ length: number() }, () => text(number()));
  const tensors = new Map<string, number[]>();
  while (at < buffer.length) {
    const [dimensions, nameLength, type] = [number(), number(), number()];
    const shape = Array.from({ length: dimensions }, number);
    tensors.set(text(nameLength), shape);
    at += shape.reduce((product, length) => product * length, 1) * (type === 1 ? 2 : 4);
  }
  expect(at).toBe(buffer.length);
  return { header, pieces, tensors };
}

describe('the ggml file of a small Whisper model', () => {
  const { header, pieces, tensors } = readGgml(ggmlWhisperModel());

  it('is one of a tiny model of several languages', () => {
    expect(header[0]).toBe(0x67676d6c);
    expect(header[1]).toBe(51_865);
    expect(header[5]).toBe(4);
    // whisper.cpp ends its process when there is no space alone.
    expect(pieces).toContain(' ');
    expect(pieces).toContain(' sea');
  });

  it('holds every tensor that whisper.cpp asks for, once', () => {
    const attention = ['query.weight', 'query.bias', 'key.weight', 'value.weight', 'value.bias', 'out.weight', 'out.bias'];
    const block = (name: string, kinds: readonly string[]): string[] =>
      [
        ...kinds.flatMap((kind) => [`${kind}_ln.weight`, `${kind}_ln.bias`, ...attention.map((part) => `${kind}.${part}`)]),
        'mlp_ln.weight',
        'mlp_ln.bias',
        'mlp.0.weight',
        'mlp.0.bias',
        'mlp.2.weight',
        'mlp.2.bias',
      ].map((part) => `${name}.${part}`);
    const asked = [
      ...[
        'positional_embedding',
        'conv1.weight',
        'conv1.bias',
        'conv2.weight',
        'conv2.bias',
        'ln_post.weight',
        'ln_post.bias',
      ].map((part) => `encoder.${part}`),
      ...[0, 1, 2, 3].flatMap((layer) => block(`encoder.blocks.${layer}`, ['attn'])),
      ...['positional_embedding', 'token_embedding.weight', 'ln.weight', 'ln.bias'].map((part) => `decoder.${part}`),
      ...block('decoder.blocks.0', ['attn', 'cross_attn']),
    ];
    expect([...tensors.keys()].toSorted()).toEqual(asked.toSorted());
    expect(tensors.get('decoder.token_embedding.weight')).toEqual([40, 51_865]);
  });
});
