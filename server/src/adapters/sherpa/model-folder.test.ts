import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../core/models/catalogue.ts';
import { layoutOf } from './model-folder.ts';

const WORDS = CATALOGUE.filter(({ engine, purpose }) => engine === 'sherpa' && ['recordings', 'live'].includes(purpose));

describe('the files of a model', () => {
  it.each(WORDS.map(({ id, files }) => [id, files.map(({ name }) => name)] as const))('tell what %s is', (id, names) => {
    const kinds: readonly (readonly [RegExp, string, number])[] = [
      [/whisper/, 'whisper', 2],
      [/parakeet|zipformer/, 'transducer', 3],
      [/moonshine/, 'moonshine', 4],
      // Which of the kinds of one file it is, its notes tell.
      [/sense-voice/, 'ctc', 1],
    ];
    const [, family, count] = kinds.find(([pattern]) => pattern.test(id)) ?? [];
    const layout = layoutOf(names);
    expect(layout?.family).toBe(family);
    const used = Object.values(layout?.files ?? {});
    expect(new Set(used).size).toBe(count);
    expect(names).toEqual(expect.arrayContaining(used));
  });

  it('of 8 bits are taken where there are others', () => {
    const names = [
      'tiny-decoder.onnx',
      'tiny-encoder.onnx',
      'tiny-decoder.int8.onnx',
      'tiny-encoder.int8.onnx',
      'tiny-tokens.txt',
    ];
    expect(layoutOf(names)?.files).toEqual({ encoder: 'tiny-encoder.int8.onnx', decoder: 'tiny-decoder.int8.onnx' });
  });

  it('are of no kind when one is not there', () => {
    expect(layoutOf(['encoder.int8.onnx', 'joiner.int8.onnx', 'tokens.txt'])).toBeNull();
    expect(layoutOf([])).toBeNull();
  });
});
