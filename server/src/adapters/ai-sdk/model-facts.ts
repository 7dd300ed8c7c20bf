import type { Engine, Price } from './model-settings.ts';

/**
 * List prices of the providers in 2026 (OpenAI as of March, Gemini of May, Anthropic of October), without discounts for cached or batched tokens:
 * what is computed by them is an estimate, not a bill. A model that is not here has no known cost.
 * https://platform.openai.com/docs/pricing, https://platform.claude.com/docs/en/about-claude/pricing, https://ai.google.dev/gemini-api/docs/pricing
 */
const PRICES: Readonly<Record<string, Price>> = {
  'gpt-5.4': { input: 2.5, output: 15 },
  'gpt-5.1': { input: 1.25, output: 10 },
  'gpt-5': { input: 1.25, output: 10 },
  'gpt-5-mini': { input: 0.25, output: 2 },
  'gpt-5-nano': { input: 0.05, output: 0.4 },
  'gpt-4.1': { input: 2, output: 8 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'gpt-4o': { input: 2.5, output: 10 },
  'gpt-4o-mini': { input: 0.15, output: 0.6 },
  'claude-opus-5-5': { input: 4, output: 20 },
  'claude-opus-5': { input: 5, output: 25 },
  'claude-opus-4-8': { input: 5, output: 25 },
  'claude-opus-4-7': { input: 5, output: 25 },
  'claude-opus-4-6': { input: 5, output: 25 },
  'claude-opus-4-5': { input: 5, output: 25 },
  'claude-opus-4-1': { input: 15, output: 75 },
  'claude-sonnet-5-5': { input: 2, output: 10 },
  'claude-sonnet-5': { input: 2, output: 10 },
  'claude-sonnet-4-6': { input: 3, output: 15 },
  'claude-sonnet-4-5': { input: 3, output: 15 },
  'claude-haiku-4-5': { input: 1, output: 5 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4 },
};

/** What follows a model's name without making it another model: a date, a build, `latest`. */
const SAME_MODEL = /^-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3}|latest)$/;

/** By the price that is `given`, else the list price. Null where that is not known: another model, or a server of one's own. */
export function costUsd(
  engine: Engine,
  model: string,
  tokens: { inputTokens: number; outputTokens: number },
  given?: Price,
): number | null {
  const price = given ?? listPrice(engine, model);
  return price === null ? null : (tokens.inputTokens * price.input + tokens.outputTokens * price.output) / 1e6;
}

function listPrice(engine: Engine, model: string): Price | null {
  if (engine === 'openai-compatible') return null;
  const [, price] =
    Object.entries(PRICES).find(
      ([name]) => model === name || (model.startsWith(name) && SAME_MODEL.test(model.slice(name.length))),
    ) ?? [];
  return price ?? null;
}

/** By the beginning of the name, longest first. For models with one window for both and another for input, the smaller. */
const CONTEXTS: readonly (readonly [Engine, string, number])[] = [
  ['openai', 'gpt-4.1', 1_047_576],
  ['openai', 'gpt-4o', 128_000],
  ['openai', 'gpt-4-turbo', 128_000],
  ['openai', 'gpt-3.5', 16_385],
  ['openai', 'gpt-4', 8_192],
  ['openai', 'gpt-5', 272_000],
  ['openai', 'gpt-6', 272_000],
  ['openai', 'o', 128_000],
  ['anthropic', 'claude-', 200_000],
  ['gemini', 'gemini-', 1_048_576],
];
/** What every model of the last years has; local servers often start with as little. */
const SAFE_CONTEXT_TOKENS = 8_192;

export function contextTokensOf(engine: Engine, model: string): number {
  const found = CONTEXTS.find(([of, beginning]) => of === engine && model.startsWith(beginning));
  return found?.[2] ?? SAFE_CONTEXT_TOKENS;
}

/** Models that think before they write, whose thoughts count against the limit of the reply. */
const THINKERS: readonly (readonly [Engine, RegExp])[] = [
  ['openai', /^(?:gpt-[5-9](?!.*chat)|o\d)/],
  ['gemini', /^gemini-(?:2\.5|[3-9])/],
  ['anthropic', /^claude-(?:fable|sonnet-5-5|opus-5-5)/],
];

export function thinks(engine: Engine, model: string): boolean {
  return THINKERS.some(([of, pattern]) => of === engine && pattern.test(model));
}

/** Room that a thinking model gets beside its reply, in tokens; at low effort it takes a part of that. */
export const THINKING_TOKENS = 8_192;
