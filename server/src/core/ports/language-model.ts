import type { z } from 'zod';

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface ModelRequest {
  /** What the model is told to do; never holds text from outside. */
  readonly system: string;
  /** In order; the last is the user's. */
  readonly messages: readonly ModelMessage[];
  readonly maxOutputTokens: number;
}

/** Tokens as the provider counts them. `costUsd` is null where the price is not known. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
}

export type ModelEvent =
  | { readonly type: 'delta'; readonly text: string }
  /** Once, at the end. `cut` when the reply ended at `maxOutputTokens`. */
  | { readonly type: 'end'; readonly usage: ModelUsage; readonly cut: boolean };

/**
 * A large language model of some provider. Rate limits and passing faults are tried again here, honouring `Retry-After`;
 * what it says is hostile until it has been checked.
 */
export interface LanguageModel {
  /** `openai`, `anthropic`, `gemini`, `openai-compatible` */
  readonly engine: string;
  readonly model: string;
  /** Everything but the reply must fit in here, with the reply, in tokens. */
  readonly contextTokens: number;
  /**
   * One reply as a value of `schema`: asked for in the provider's structured form; a reply that breaks the schema is sent
   * back once with what is wrong with it.
   * @throws AppError `model_reply_invalid` (after the repair try), `model_rate_limited`, `model_unreachable` (passing),
   * `model_refused` (for good: the key, the model's name, the account, content), `cancelled`; a `SpentModelError` where
   * replies had been paid for by then
   */
  generate<T>(
    request: ModelRequest & { readonly schema: z.ZodType<T>; readonly schemaName: string },
    signal: AbortSignal,
  ): Promise<{ readonly value: T; readonly usage: ModelUsage }>;
  /**
   * The reply as it is made. Throws as `generate`; ends at once when the signal is aborted. What ends it after its first piece is a
   * `SpentModelError`, `cancelled` included.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** A cautious estimate: at least as many tokens as the model counts. */
  countTokens(text: string): number;
  close(): Promise<void>;
}
