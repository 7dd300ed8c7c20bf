import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import { AppError } from '../../core/domain/app-error.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import { askPatiently, throwIfCancelled } from './ask-patiently.ts';
import { batchesOf, cutToTokens } from './embedding-batches.ts';
import { DEFAULT_PATIENCE, VARIABLES, type EmbedderSettings, type ModelDeps, type Patience } from './model-settings.ts';
import { openEmbeddingModel } from './open-provider.ts';

export type { EmbedderSettings } from './model-settings.ts';

interface Limits {
  readonly dimensions: number;
  /** Of one text. */
  readonly maxTextTokens: number;
  /** Texts in one request. */
  readonly batch: number;
  /** Whether the model makes shorter vectors on demand. */
  readonly shortens: boolean;
}

/**
 * By the providers' documentation. Gemini's own 3,072 and the large model's are shortened: pgvector indexes 2,000 at most, and both
 * lose next to nothing (https://ai.google.dev/gemini-api/docs/embeddings, https://openai.com/index/new-embedding-models-and-api-updates).
 */
const KNOWN: Readonly<Record<string, Limits>> = {
  'text-embedding-3-small': { dimensions: 1536, maxTextTokens: 8191, batch: 96, shortens: true },
  'text-embedding-3-large': { dimensions: 1024, maxTextTokens: 8191, batch: 96, shortens: true },
  'text-embedding-ada-002': { dimensions: 1536, maxTextTokens: 8191, batch: 96, shortens: false },
  'gemini-embedding-001': { dimensions: 768, maxTextTokens: 2048, batch: 100, shortens: true },
};
/** What every embedding model takes, and every server (text-embeddings-inference takes 32 texts). */
const CAUTIOUS = { maxTextTokens: 512, batch: 32 } as const;

/** Somebody waits: rather an answer by words alone than a late one. */
const QUERY_PATIENCE: Patience = {
  maxTries: 2,
  requestTimeoutMs: 5_000,
  deadlineMs: 8_000,
  baseDelayMs: 200,
  maxDelayMs: 1_000,
  maxRetryAfterMs: 2_000,
};

/**
 * Vectors of OpenAI, Gemini or any server that speaks as OpenAI does, for text in any language. Nothing is loaded or sent
 * before it is asked.
 *
 * @throws AppError `configuration_invalid` when nobody says how long the model's vectors are
 * @example createProviderEmbedder({ engine: 'openai', apiKey, model: 'text-embedding-3-small', baseUrl: null }, { clock: systemClock })
 */
export function createProviderEmbedder(settings: EmbedderSettings, deps: ModelDeps): Embedder {
  const { engine, model } = settings;
  const limits = limitsOf(settings);
  const closed = new AbortController();
  /** Those that passages let go first. */
  const queries = new Set<Promise<unknown>>();
  let opened: Promise<EmbeddingModelV4> | null = null;

  async function ask(texts: readonly string[], purpose: 'query' | 'passage', signal: AbortSignal): Promise<Float32Array[]> {
    const patience = { ...(purpose === 'query' ? QUERY_PATIENCE : DEFAULT_PATIENCE), ...deps.patience };
    const ready = await (opened ??= openEmbeddingModel(settings, deps.fetch));
    const taskType = purpose === 'query' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT';
    const { embeddings } = await askPatiently(
      {
        clock: deps.clock,
        patience,
        random: deps.random ?? Math.random,
        asked: { engine, purpose: 'vectors' },
        deadline: deps.clock.now() + patience.deadlineMs,
      },
      (abortSignal) =>
        Promise.resolve(
          ready.doEmbed({
            values: [...texts],
            abortSignal,
            ...(limits.shortens ? { dimensions: limits.dimensions } : {}),
            ...(engine === 'gemini' ? { providerOptions: { google: { taskType } } } : {}),
          }),
        ),
      signal,
    );
    if (embeddings.length !== texts.length)
      throw new AppError(
        'model_reply_invalid',
        `The model for embeddings gave ${embeddings.length} vectors for ${texts.length} texts.`,
      );
    return embeddings.map((vector) => unitVector(vector, limits.dimensions));
  }

  async function embedAll(texts: readonly string[], purpose: 'query' | 'passage', signal: AbortSignal): Promise<Float32Array[]> {
    const vectors = texts.map(() => nothing(limits.dimensions));
    const tidy = texts.map((text) => cutToTokens(text.toWellFormed().replaceAll('\0', ' '), limits.maxTextTokens));
    for (const batch of batchesOf(tidy, limits.batch)) {
      if (purpose === 'passage') await lettingQueriesPass(queries);
      throwIfCancelled(signal);
      const made = await ask(
        batch.map(({ text }) => text),
        purpose,
        signal,
      );
      for (const [at, { index }] of batch.entries()) vectors[index] = made[at] ?? nothing(limits.dimensions);
    }
    throwIfCancelled(signal);
    return vectors;
  }

  return {
    id: `${engine}:${model}:${limits.dimensions}`,
    dimensions: limits.dimensions,
    languages: 'any',

    async embed(texts, purpose, given) {
      throwIfCancelled(given);
      const work = embedAll(texts, purpose, AbortSignal.any([given, closed.signal]));
      if (purpose !== 'query') return work;
      queries.add(work);
      try {
        return await work;
      } finally {
        queries.delete(work);
      }
    },

    async close() {
      closed.abort(new Error('The embedder was closed.'));
    },
  };
}

function limitsOf(settings: EmbedderSettings): Limits {
  const known = settings.engine === 'openai-compatible' ? undefined : KNOWN[settings.model];
  const dimensions = settings.dimensions ?? known?.dimensions;
  if (dimensions === undefined) {
    const model = VARIABLES[settings.engine].embeddingModel;
    throw new AppError(
      'configuration_invalid',
      `The model in ${model} is not known here: set EMBEDDING_DIMENSIONS to the length of its vectors.`,
    );
  }
  if (known) return { ...known, dimensions };
  const maxTextTokens = settings.engine === 'openai-compatible' ? settings.maxTextTokens : null;
  return { ...CAUTIOUS, dimensions, shortens: settings.engine === 'gemini', ...(maxTextTokens ? { maxTextTokens } : {}) };
}

/** Waits for the queries that are being answered now, not for those that come later: passages get their turn too. */
async function lettingQueriesPass(queries: ReadonlySet<Promise<unknown>>): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.allSettled(queries);
}

function unitVector(vector: readonly number[], dimensions: number): Float32Array {
  if (vector.length !== dimensions) {
    throw new AppError(
      'model_reply_invalid',
      `The model for embeddings gives vectors of ${vector.length} numbers, not ${dimensions}. Set EMBEDDING_DIMENSIONS to that.`,
    );
  }
  const length = Math.hypot(...vector);
  return length > 0 ? Float32Array.from(vector, (component) => component / length) : nothing(dimensions);
}

/** Stands for text without content, which providers refuse: a unit vector like the rest, near to none of them. */
function nothing(dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  vector[0] = 1;
  return vector;
}
