import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { ModelUsage } from '../../core/ports/language-model.ts';
import { costUsd } from './model-facts.ts';
import type { LanguageModelSettings } from './model-settings.ts';

type Tokens = Pick<ModelUsage, 'inputTokens' | 'outputTokens'>;

/** Nothing was asked yet: costs nothing, which adds to any cost. */
export const NO_USAGE: ModelUsage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** The provider has said nothing of what it counted. */
export const NO_COUNT: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** What the provider counted, with its price; what it does not say (local servers) is estimated. */
export function usageOf(settings: LanguageModelSettings, usage: LanguageModelV4Usage, estimate: () => Tokens): ModelUsage {
  const { total: input } = usage.inputTokens;
  const { total: output } = usage.outputTokens;
  const counted = Boolean(input) || Boolean(output);
  const tokens = counted ? { inputTokens: input ?? 0, outputTokens: output ?? 0 } : estimate();
  return { ...tokens, costUsd: costUsd(settings.engine, settings.model, tokens, settings.price) };
}

export function addUsage(a: ModelUsage, b: ModelUsage): ModelUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}
