import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider';
import { AppError } from '../../core/domain/app-error.ts';
import { PROVIDER_BASE_URLS } from '../../core/domain/provider-key.ts';
import { VARIABLES, type EmbedderSettings, type Engine, type LanguageModelSettings } from './model-settings.ts';
import { providerFetch } from './provider-fetch.ts';

type Fetch = typeof globalThis.fetch;

/**
 * The SDK's model behind the settings. Loaded here and not before: each provider's package takes about 25 MB. Every option that the packages
 * would otherwise read from the environment is given.
 *
 * @throws AppError `model_refused` when there is no key
 */
export async function openLanguageModel(settings: LanguageModelSettings, fetch: Fetch | undefined): Promise<LanguageModelV4> {
  const { engine, model } = settings;
  const options = { baseURL: baseUrlOf(settings), apiKey: keyOf(settings), fetch: providerFetch(fetch) };
  switch (engine) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI(options).chat(model); // the bare provider would ask `/responses`, which proxies do not know
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic(options)(model);
    }
    case 'gemini': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI(options)(model);
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const supportsStructuredOutputs = settings.structuredOutputs ?? true;
      return createOpenAICompatible({ name: 'compatible', ...options, includeUsage: true, supportsStructuredOutputs })(model);
    }
  }
}

/** As `openLanguageModel`, for vectors. */
export async function openEmbeddingModel(settings: EmbedderSettings, fetch: Fetch | undefined): Promise<EmbeddingModelV4> {
  const { engine, model } = settings;
  const options = { baseURL: baseUrlOf(settings), apiKey: keyOf(settings), fetch: providerFetch(fetch) };
  switch (engine) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI(options).embeddingModel(model);
    }
    case 'gemini': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI(options).embeddingModel(model);
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({ name: 'compatible', ...options }).embeddingModel(model);
    }
  }
}

/** Without a slash at the end. */
export function baseUrlOf({ engine, baseUrl }: { engine: Engine; baseUrl: string | null }): string {
  const url = baseUrl ?? PROVIDER_BASE_URLS[engine];
  if (url !== null && URL.canParse(url)) return url.replace(/\/+$/, '');
  throw new AppError(
    'configuration_invalid',
    `${VARIABLES[engine].baseUrl} is not an address such as "http://localhost:11434/v1".`,
  );
}

/** A server of one's own may need none; the SDK then sends no header when it is empty. */
function keyOf({ engine, apiKey }: { engine: Engine; apiKey: string | null }): string {
  if (apiKey) return apiKey;
  if (engine === 'openai-compatible') return '';
  throw new AppError('model_refused', `There is no key. Set ${VARIABLES[engine].key}.`);
}
