import { APICallError, JSONParseError, TypeValidationError } from '@ai-sdk/provider';
import { AppError } from '../../core/domain/app-error.ts';
import { VARIABLES, type Engine } from './model-settings.ts';
import { retryAfterMs } from './retry-after.ts';

/** What went wrong at a provider, and whether to ask again. */
export interface ProviderProblem {
  readonly error: AppError;
  /** Milliseconds that the provider asks for; null when it does not say. */
  readonly retryAfterMs: number | null;
}

/** Which provider, and which of its variables name the key and the model. */
export interface Asked {
  readonly engine: Engine;
  readonly purpose: 'text' | 'vectors';
}

const NAMES: Readonly<Record<Engine, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  gemini: 'Gemini',
  'openai-compatible': 'The model server',
};

/** An account that has nothing left, by the codes and words of the providers. Gemini's limits by the day end the day. */
const NO_QUOTA =
  /insufficient_quota|billing_error|billing_not_active|billing_hard_limit_reached|credit balance is too low|PerDay|prepayment credits are depleted/i;
const BAD_KEY = /API_KEY_INVALID|API key not valid|API key expired|invalid_api_key/i;
const TOO_LONG = /context_length_exceeded|prompt is too long|input token count.{0,40}exceeds|maximum context length/i;
const FILTERED = /content_policy_violation|content_filter|blocked by.{0,30}policy/i;

/**
 * Any error of a provider or of the way to it, as what Scholium says of it. Neither the sentence nor the cause holds anything that
 * was sent or answered: providers repeat keys and prompts in their errors.
 */
export function providerProblem(thrown: unknown, asked: Asked, now: number): ProviderProblem {
  const own = appErrorIn(thrown);
  if (own) return { error: own, retryAfterMs: null };
  const { status, headers, body, code } = readError(thrown);
  const wait = retryAfterMs(headers, body, now);
  const error = (is: ConstructorParameters<typeof AppError>[0], detail: string): ProviderProblem => ({
    error: new AppError(is, detail, { cause: new Error(`${asked.engine}: ${status === null ? code : `HTTP ${status}`}`) }),
    retryAfterMs: wait,
  });
  const name = NAMES[asked.engine];
  const refusal = status === null ? null : refusalOf(status, body, asked);
  if (refusal !== null) return error('model_refused', refusal);
  if (status === 429) return error('model_rate_limited', `${name} is asked too often. Try again in a while.`);
  if (status !== null && status !== 200)
    return error('model_unreachable', `${name} has a fault of its own (HTTP ${status}). Try again later.`);
  if (status === 200 || code === 'not understood')
    return error(
      'model_unreachable',
      `What answers is not understood, or broke off. Check that ${VARIABLES[asked.engine].baseUrl} leads to the right place, and try again.`,
    );
  return error(
    'model_unreachable',
    `${name} cannot be reached (${code}). Check the network${asked.engine === 'openai-compatible' ? ` and ${VARIABLES[asked.engine].baseUrl}` : ''}, and try again.`,
  );
}

/** Why trying again cannot help, as a sentence with the cure; null when it may. */
function refusalOf(status: number, body: string | null, asked: Asked): string | null {
  const name = NAMES[asked.engine];
  const variables = VARIABLES[asked.engine];
  const words = body ?? '';
  if (status === 402 || ([400, 403, 429].includes(status) && NO_QUOTA.test(words)))
    return `${name} says that the account behind ${variables.key} has no credit or quota left. Top it up, or set another key.`;
  if (status === 401 || (status === 400 && BAD_KEY.test(words)))
    return `${name} does not accept the key. Check ${variables.key}.`;
  if (status === 403) return `${name} does not let this key use the model. Check ${variables.key} and what it may do.`;
  if (status === 404) {
    const model = asked.purpose === 'vectors' ? variables.embeddingModel : variables.model;
    return `${name} does not know the model, or lives elsewhere. Check ${model} and ${variables.baseUrl}.`;
  }
  if (status === 421)
    return `${name} sends requests on to another address, where no key is sent. Set ${variables.baseUrl} to the address itself.`;
  if ([400, 413, 422].includes(status) && TOO_LONG.test(words))
    return `${name} says that the request is longer than the model takes. Use a model with a larger context.`;
  if (status === 400 && FILTERED.test(words)) return contentRefused(asked.engine);
  if (status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status))
    return `${name} refuses the request (HTTP ${status}). Check ${variables.model} and ${variables.baseUrl}.`;
  return null;
}

/** The sentence for content that a provider's filter or model declines. */
export function contentRefused(engine: Engine): string {
  return `${NAMES[engine]} declines to write about this content. Use another model, or the extractive engine.`;
}

interface ReadError {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: string | null;
  /** A short word without anything private. */
  readonly code: string;
}

function readError(thrown: unknown): ReadError {
  if (APICallError.isInstance(thrown)) {
    return {
      status: thrown.statusCode ?? null,
      headers: thrown.responseHeaders,
      body: thrown.responseBody ?? null,
      code: networkCode(thrown),
    };
  }
  if (JSONParseError.isInstance(thrown) || TypeValidationError.isInstance(thrown))
    return { status: null, headers: undefined, body: null, code: 'not understood' };
  // What a stream reports of itself: {message, code, statusCode, data}
  const reported = typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : null;
  if (typeof reported === 'number')
    return { status: reported === 200 ? 500 : reported, headers: undefined, body: safeJson(thrown), code: 'error' };
  if (thrown instanceof Error) return { status: null, headers: undefined, body: null, code: networkCode(thrown) };
  return { status: 500, headers: undefined, body: safeJson(thrown), code: 'error' };
}

/** What our own fetch or code said, under whatever fetch and the SDK wrapped it in. */
function appErrorIn(thrown: unknown): AppError | null {
  let at = thrown;
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    if (at instanceof AppError) return at;
    at = at.cause;
  }
  return null;
}

/** `ECONNREFUSED` and the like, from wherever in the chain of causes it stands. */
function networkCode(error: Error): string {
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    const code = (at as NodeJS.ErrnoException).code; // system errors carry one
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code;
    at = at.cause;
  }
  return 'connection lost';
}

function safeJson(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}
