import { describe, expect, it } from 'vitest';
import { modelsConfig } from './config-models.ts';
import { readVariables } from './config-variables.ts';

const models = (environment: Record<string, string>) => modelsConfig(readVariables(environment));
const invalid = (detail: RegExp) =>
  expect.objectContaining({ code: 'configuration_invalid', detail: expect.stringMatching(detail) });

describe('the language model', () => {
  it('is none when nothing is set, and none when it is not wanted', () => {
    expect(models({})).toMatchObject({ languageModel: null, embeddings: null });
    expect(models({ LANGUAGE_MODEL: 'extractive', OPENAI_API_KEY: 'k' }).languageModel).toBeNull();
  });

  it('is the one whose key is set, with the model that is usual', () => {
    expect(models({ GEMINI_API_KEY: 'k' }).languageModel).toEqual({
      engine: 'gemini',
      apiKey: 'k',
      model: 'gemini-2.5-flash',
      baseUrl: null,
      contextTokens: null,
    });
    expect(
      models({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_MODEL: 'm', ANTHROPIC_BASE_URL: 'https://proxy.example/v1/' }).languageModel,
    ).toMatchObject({ engine: 'anthropic', model: 'm', baseUrl: 'https://proxy.example/v1' });
    expect(models({ OPENAI_API_KEY: 'k', GEMINI_API_KEY: 'k' }).languageModel?.engine).toBe('openai');
    expect(models({ LANGUAGE_MODEL: 'gemini', OPENAI_API_KEY: 'k', GEMINI_API_KEY: 'k' }).languageModel?.engine).toBe('gemini');
  });

  it('costs what the operator says', () => {
    const priced = models({ OPENAI_API_KEY: 'k', LANGUAGE_MODEL_PRICE: '2.5/15' }).languageModel;
    expect(priced?.price).toEqual({ input: 2.5, output: 15 });
    expect(() => models({ LANGUAGE_MODEL_PRICE: '2,5/15' })).toThrow(invalid(/two numbers/));
  });

  it('is one’s own server before any other', () => {
    const own = { OPENAI_COMPATIBLE_BASE_URL: 'http://localhost:11434/v1', OPENAI_COMPATIBLE_MODEL: 'qwen3:8b' };
    expect(models({ ...own, OPENAI_API_KEY: 'k', LANGUAGE_MODEL_CONTEXT_TOKENS: '32768' }).languageModel).toEqual({
      engine: 'openai-compatible',
      apiKey: null,
      baseUrl: 'http://localhost:11434/v1',
      model: 'qwen3:8b',
      contextTokens: 32_768,
      structuredOutputs: true,
    });
  });

  it('is refused by name when something it needs is missing or no address', () => {
    expect(() => models({ LANGUAGE_MODEL: 'openai' })).toThrow(invalid(/^LANGUAGE_MODEL=openai needs OPENAI_API_KEY/));
    expect(() => models({ LANGUAGE_MODEL: 'openai-compatible' })).toThrow(invalid(/needs OPENAI_COMPATIBLE_BASE_URL/));
    for (const url of ['localhost:11434', 'ftp://a/v1', 'https://user:secret@a/v1'])
      expect(() => models({ OPENAI_BASE_URL: url })).toThrow(invalid(/^OPENAI_BASE_URL is not an address/));
  });

  it('leaves what every provider was set to, for users who choose another', () => {
    expect(models({ OPENAI_API_KEY: 'k' }).providers).toMatchObject({
      openai: { apiKey: 'k', baseUrl: null, model: 'gpt-4.1-mini' },
      anthropic: { apiKey: null },
    });
  });
});

describe('embeddings', () => {
  it('are not sent away because there is a key for chatting', () => {
    expect(models({ OPENAI_API_KEY: 'k', GEMINI_API_KEY: 'k' }).embeddings).toBeNull();
  });

  it('are those of the provider whose model is named, or who is chosen', () => {
    expect(models({ OPENAI_API_KEY: 'k', OPENAI_EMBEDDING_MODEL: 'text-embedding-3-large' }).embeddings).toEqual({
      engine: 'openai',
      apiKey: 'k',
      baseUrl: null,
      model: 'text-embedding-3-large',
      dimensions: null,
    });
    expect(models({ EMBEDDINGS: 'openai', OPENAI_API_KEY: 'k' }).embeddings?.model).toBe('text-embedding-3-small');
    expect(models({ EMBEDDINGS: 'embedded', OPENAI_EMBEDDING_MODEL: 'm' }).embeddings).toBeNull();
  });

  it('of one’s own server need its address, model and the length of its vectors', () => {
    const own = { OPENAI_COMPATIBLE_BASE_URL: 'http://localhost:11434/v1', OPENAI_COMPATIBLE_EMBEDDING_MODEL: 'bge-m3' };
    expect(models({ ...own, EMBEDDING_DIMENSIONS: '1024' }).embeddings).toEqual({
      engine: 'openai-compatible',
      apiKey: null,
      baseUrl: 'http://localhost:11434/v1',
      model: 'bge-m3',
      dimensions: 1024,
    });
    expect(() => models(own)).toThrow(invalid(/needs EMBEDDING_DIMENSIONS/));
    expect(() => models({ EMBEDDINGS: 'gemini' })).toThrow(invalid(/needs GEMINI_API_KEY/));
  });
});
