import { describe, expect, it } from 'vitest';
import { CATALOGUE, FIRST_MODEL } from './catalogue.ts';
import { MODELS_HOST } from './model-files.ts';
import { modelsNamed, sizeOfModel } from './speech-model.ts';

const idsOf = (name: string): string[] => modelsNamed(CATALOGUE, name).map(({ id }) => id);

describe('the catalogue of models', () => {
  it('names every model, and every file of one, once, so that a folder belongs to one model', () => {
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
    for (const { id, files } of CATALOGUE) {
      expect(id).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
      expect(files.length, id).toBeGreaterThan(0);
      expect(new Set(files.map(({ name }) => name)).size, id).toBe(files.length);
    }
  });

  it('gives file names that stay in the folder, addresses over TLS at one host, and whole checksums', () => {
    for (const { name, url, sizeBytes, sha256 } of CATALOGUE.flatMap(({ files }) => files)) {
      expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
      expect(new URL(url).origin).toBe(MODELS_HOST);
      expect(url).not.toMatch(/%|\s|\?/);
      if (sha256 !== null) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      if (sizeBytes !== null) expect(sizeBytes).toBeGreaterThan(1000);
    }
  });

  it('writes all names in lower case, and no name means two models of one engine', () => {
    for (const { names } of CATALOGUE) for (const name of names) expect(name).toBe(name.toLowerCase());
    for (const engine of ['sherpa', 'whisper-cpp']) {
      const names = CATALOGUE.filter((model) => model.engine === engine).flatMap((model) => [
        ...new Set([model.id, ...model.names]),
      ]);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    }
  });

  it.each([
    ['base', 'whisper-base', 'ggml-base'],
    ['Base', 'whisper-base', 'ggml-base'],
    ['tiny.en', 'whisper-tiny.en', 'ggml-tiny.en'],
    ['large', 'whisper-large-v3', 'ggml-large-v3'],
    ['openai/whisper-large-v3', 'whisper-large-v3', 'ggml-large-v3'],
    ['turbo', 'whisper-turbo', 'ggml-large-v3-turbo'],
    ['large-v3-turbo', 'whisper-turbo', 'ggml-large-v3-turbo'],
    ['openai/whisper-large-v3-turbo', 'whisper-turbo', 'ggml-large-v3-turbo'],
  ])('knows what is meant by %s, for sherpa first', (name, ...ids) => expect(idsOf(name)).toEqual(ids));

  it('takes an id for itself alone, and knows nothing by names of its own making', () => {
    expect(idsOf('whisper-base')).toEqual(['whisper-base']);
    expect(idsOf('parakeet')).toEqual(['parakeet-tdt-0.6b-v3']);
    expect(idsOf('enormous')).toEqual([]);
    expect(idsOf('')).toEqual([]);
  });

  it('has what is fetched first for both engines, in all languages', () => {
    const first = modelsNamed(CATALOGUE, FIRST_MODEL);
    expect(first.map(({ engine }) => engine)).toEqual(['sherpa', 'whisper-cpp']);
    for (const { languages, translates } of first) expect([languages, translates]).toEqual(['any', true]);
  });

  it('adds up the sizes of files, and says when one is not known', () => {
    expect(sizeOfModel(modelsNamed(CATALOGUE, 'whisper-tiny')[0]!)).toBe(12_937_772 + 89_855_401 + 816_730);
    expect(sizeOfModel({ files: [{ name: 'a', url: 'b', sizeBytes: null, sha256: null }] })).toBeNull();
  });
});
