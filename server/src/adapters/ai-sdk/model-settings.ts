import type { Clock } from '../../core/ports/clock.ts';

interface Common {
  readonly model: string;
  /** Null: where the provider lives. Operators name proxies here, tests their servers. */
  readonly baseUrl: string | null;
  /** Null: by the model's name, or a cautious 8,192. */
  readonly contextTokens?: number | null;
  /** What the operator says it costs; left out, the list price where that is known. */
  readonly price?: Price;
}

export interface Price {
  /** US dollars for a million tokens. */
  readonly input: number;
  readonly output: number;
}

/** Which language model is asked, and with whose key. */
export type LanguageModelSettings =
  | (Common & { readonly engine: 'openai' | 'anthropic' | 'gemini'; readonly apiKey: string | null })
  | (Common & {
      readonly engine: 'openai-compatible';
      readonly baseUrl: string;
      readonly apiKey: string | null;
      /** False for servers that know no JSON schemas: the schema then stands in the instructions. True unless given. */
      readonly structuredOutputs?: boolean;
    });

/** Whose vectors are used. `dimensions` null: what the model has by itself. */
export type EmbedderSettings =
  | {
      readonly engine: 'openai' | 'gemini';
      readonly model: string;
      readonly baseUrl: string | null;
      readonly apiKey: string | null;
      readonly dimensions?: number | null;
    }
  | {
      readonly engine: 'openai-compatible';
      readonly model: string;
      readonly baseUrl: string;
      readonly apiKey: string | null;
      /** Of the model's vectors; must be said, since no server says it before it is asked. */
      readonly dimensions: number;
      /** What one text may have; 512 unless given, which every embedding model takes. */
      readonly maxTextTokens?: number | null;
    };

export type Engine = LanguageModelSettings['engine'];

/** The names under which operators set an engine, for sentences that say what to change. */
export const VARIABLES: Readonly<Record<Engine, { key: string; model: string; embeddingModel: string; baseUrl: string }>> = {
  openai: {
    key: 'OPENAI_API_KEY',
    model: 'OPENAI_MODEL',
    embeddingModel: 'OPENAI_EMBEDDING_MODEL',
    baseUrl: 'OPENAI_BASE_URL',
  },
  anthropic: {
    key: 'ANTHROPIC_API_KEY',
    model: 'ANTHROPIC_MODEL',
    embeddingModel: 'ANTHROPIC_MODEL',
    baseUrl: 'ANTHROPIC_BASE_URL',
  },
  gemini: { key: 'GEMINI_API_KEY', model: 'GEMINI_MODEL', embeddingModel: 'GEMINI_EMBEDDING_MODEL', baseUrl: 'GEMINI_BASE_URL' },
  'openai-compatible': {
    key: 'OPENAI_COMPATIBLE_API_KEY',
    model: 'OPENAI_COMPATIBLE_MODEL',
    embeddingModel: 'OPENAI_COMPATIBLE_EMBEDDING_MODEL',
    baseUrl: 'OPENAI_COMPATIBLE_BASE_URL',
  },
};

/** How often and how long a provider is asked. Times in milliseconds. */
export interface Patience {
  /** Requests at most, with the first. */
  readonly maxTries: number;
  /** For the whole reply of one request; of a stream, for the first piece and between two. */
  readonly requestTimeoutMs: number;
  /** For all tries with their pauses. */
  readonly deadlineMs: number;
  /** The first pause, doubled with each; full jitter. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A provider that asks to be left alone for longer is given up, for the job to come back to. */
  readonly maxRetryAfterMs: number;
}

/**
 * Two minutes for a reply: 8,000 tokens at 70 a second. Four tries in at most five minutes: a limit by the minute (all three
 * providers count so) passes once within that.
 */
export const DEFAULT_PATIENCE: Patience = {
  maxTries: 4,
  requestTimeoutMs: 120_000,
  deadlineMs: 300_000,
  baseDelayMs: 1_000,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
};

export interface ModelDeps {
  readonly clock: Clock;
  readonly patience?: Partial<Patience>;
  /** 0 <= x < 1; for tests. */
  readonly random?: () => number;
  /** How connections are made; the platform's own unless given. For addresses that users name, give the safe one. */
  readonly fetch?: typeof globalThis.fetch;
}
