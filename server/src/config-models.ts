import { AppError } from './core/domain/app-error.ts';
import type { ProviderName } from './core/domain/provider-key.ts';
import type { Variables } from './config-variables.ts';

/** What the operator set for a provider; null where nothing was. */
export interface ProviderConfig {
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
  /** Empty: none was named, and there is none by itself. */
  readonly model: string;
}

/** The server's own language model, as `createLanguageModel` takes it. */
export type LanguageModelConfig = {
  readonly model: string;
  readonly contextTokens: number | null;
  /** US dollars for a million tokens; left out: the list price, where it is known. */
  readonly price?: { readonly input: number; readonly output: number };
} & (
  | { readonly engine: 'openai' | 'anthropic' | 'gemini'; readonly apiKey: string; readonly baseUrl: string | null }
  | {
      readonly engine: 'openai-compatible';
      readonly apiKey: string | null;
      readonly baseUrl: string;
      readonly structuredOutputs: boolean;
    }
);

/** Whose vectors are used, as `createProviderEmbedder` takes it. `dimensions` null: what the model has by itself. */
export type EmbeddingsConfig = { readonly model: string } & (
  | {
      readonly engine: 'openai' | 'gemini';
      readonly apiKey: string;
      readonly baseUrl: string | null;
      readonly dimensions: number | null;
    }
  | {
      readonly engine: 'openai-compatible';
      readonly apiKey: string | null;
      readonly baseUrl: string;
      readonly dimensions: number;
    }
);

export interface ModelsConfig {
  readonly providers: Readonly<Record<ProviderName, ProviderConfig>>;
  /** Null: the extractive engine. */
  readonly languageModel: LanguageModelConfig | null;
  /** Null: the embedded model. */
  readonly embeddings: EmbeddingsConfig | null;
}

/** A server of one's own comes first: whoever names one does not want the texts to go elsewhere. */
const BEST_FIRST: readonly ProviderName[] = ['openai-compatible', 'openai', 'anthropic', 'gemini'];

/** @throws AppError `configuration_invalid` when what was chosen lacks its key, model or address */
export function modelsConfig(variables: Variables): ModelsConfig {
  const providers = providersOf(variables);
  return { providers, languageModel: languageModel(variables, providers), embeddings: embeddings(variables, providers) };
}

function providersOf(variables: Variables): ModelsConfig['providers'] {
  const read = (prefix: 'OPENAI' | 'ANTHROPIC' | 'GEMINI' | 'OPENAI_COMPATIBLE'): ProviderConfig => ({
    baseUrl: address(`${prefix}_BASE_URL`, variables[`${prefix}_BASE_URL`]),
    apiKey: variables[`${prefix}_API_KEY`] || null,
    model: variables[`${prefix}_MODEL`],
  });
  return {
    openai: read('OPENAI'),
    anthropic: read('ANTHROPIC'),
    gemini: read('GEMINI'),
    'openai-compatible': read('OPENAI_COMPATIBLE'),
  };
}

function languageModel(variables: Variables, providers: ModelsConfig['providers']): LanguageModelConfig | null {
  const chosen = variables.LANGUAGE_MODEL;
  if (chosen === 'extractive') return null;
  const engine = chosen === 'auto' ? BEST_FIRST.find((name) => isSet(name, providers)) : chosen;
  if (engine === undefined) return null;
  const because = chosen === 'auto' ? 'The language model' : `LANGUAGE_MODEL=${chosen}`;
  const { apiKey, baseUrl, model } = providers[engine];
  const contextTokens = variables.LANGUAGE_MODEL_CONTEXT_TOKENS || null;
  const price = priceOf(variables.LANGUAGE_MODEL_PRICE);
  if (engine === 'openai-compatible') {
    return {
      engine,
      apiKey,
      baseUrl: needed(because, 'OPENAI_COMPATIBLE_BASE_URL', baseUrl),
      model: needed(because, 'OPENAI_COMPATIBLE_MODEL', model),
      contextTokens,
      structuredOutputs: variables.OPENAI_COMPATIBLE_STRUCTURED_OUTPUTS,
      ...price,
    };
  }
  return { engine, apiKey: needed(because, `${engine.toUpperCase()}_API_KEY`, apiKey), baseUrl, model, contextTokens, ...price };
}

function priceOf([input, output]: readonly number[]): Pick<LanguageModelConfig, 'price'> {
  return input === undefined || output === undefined ? {} : { price: { input, output } };
}

function isSet(name: ProviderName, providers: ModelsConfig['providers']): boolean {
  const { apiKey, baseUrl, model } = providers[name];
  return name === 'openai-compatible' ? baseUrl !== null && model !== '' : apiKey !== null;
}

const EMBEDDING_DEFAULTS = { openai: 'text-embedding-3-small', gemini: 'gemini-embedding-001', 'openai-compatible': '' } as const;

function embeddings(variables: Variables, providers: ModelsConfig['providers']): EmbeddingsConfig | null {
  const named = {
    'openai-compatible': variables.OPENAI_COMPATIBLE_EMBEDDING_MODEL,
    openai: variables.OPENAI_EMBEDDING_MODEL,
    gemini: variables.GEMINI_EMBEDDING_MODEL,
  };
  const chosen = variables.EMBEDDINGS;
  if (chosen === 'embedded') return null;
  // A key alone is not enough: it would send every text of the library away, because somebody wanted to chat.
  const first = (['openai-compatible', 'openai', 'gemini'] as const).find((name) => named[name] !== '');
  const engine = chosen === 'auto' ? first : chosen;
  if (engine === undefined) return null;
  const because = chosen === 'auto' ? 'The model for embeddings' : `EMBEDDINGS=${chosen}`;
  const { apiKey, baseUrl } = providers[engine];
  const model = named[engine] || EMBEDDING_DEFAULTS[engine];
  const dimensions = variables.EMBEDDING_DIMENSIONS;
  if (engine !== 'openai-compatible') {
    const key = needed(because, `${engine.toUpperCase()}_API_KEY`, apiKey);
    return { engine, apiKey: key, baseUrl, model, dimensions: dimensions || null };
  }
  if (dimensions === 0)
    throw new AppError('configuration_invalid', `${because} needs EMBEDDING_DIMENSIONS, the length of the model's vectors.`);
  return {
    engine,
    apiKey,
    baseUrl: needed(because, 'OPENAI_COMPATIBLE_BASE_URL', baseUrl),
    model: needed(because, 'OPENAI_COMPATIBLE_EMBEDDING_MODEL', model),
    dimensions,
  };
}

function needed(because: string, name: string, value: string | null): string {
  if (value) return value;
  throw new AppError('configuration_invalid', `${because} needs ${name}. See docs/models.md.`);
}

/** An address without a slash at its end; null where none was set. @throws AppError `configuration_invalid` */
export function address(name: string, value: string): string | null {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return value.replace(/\/+$/, '');
  throw new AppError('configuration_invalid', `${name} is not an address such as "http://localhost:11434/v1".`);
}
