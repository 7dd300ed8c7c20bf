import { describe, expect, it } from 'vitest';
import { contextTokensOf, costUsd, thinks } from './model-facts.ts';

const MILLION = { inputTokens: 1_000_000, outputTokens: 1_000_000 };

describe('what is known of models', () => {
  it('prices a model and its dated builds, and no other', () => {
    expect(costUsd('gemini', 'gemini-2.5-flash', MILLION)).toBeCloseTo(2.8);
    expect(costUsd('anthropic', 'claude-sonnet-4-5-20250929', MILLION)).toBeCloseTo(18);
    expect(costUsd('openai', 'gpt-4.1-2025-04-14', { inputTokens: 10, outputTokens: 0 })).toBeCloseTo(0.00002);
    for (const unknown of ['gpt-5.9', 'gpt-5-mini-turbo', 'gpt-4.1x', '']) expect(costUsd('openai', unknown, MILLION)).toBeNull();
    expect(costUsd('openai-compatible', 'gpt-4.1', MILLION)).toBeNull();
    expect(costUsd('openai-compatible', 'own', MILLION, { input: 1, output: 2 })).toBeCloseTo(3);
    expect(costUsd('gemini', 'gemini-2.5-flash', MILLION, { input: 0, output: 0 })).toBe(0);
  });

  it('knows the context by the name, and takes no more than 8,192 for granted', () => {
    expect(contextTokensOf('openai', 'gpt-4.1-nano')).toBe(1_047_576);
    expect(contextTokensOf('openai', 'gpt-4')).toBe(8_192);
    expect(contextTokensOf('anthropic', 'claude-haiku-4-5')).toBe(200_000);
    expect(contextTokensOf('openai-compatible', 'gpt-4.1')).toBe(8_192);
  });

  it('knows who thinks before it writes', () => {
    expect(['gpt-5-mini', 'o3', 'gpt-5.4'].every((model) => thinks('openai', model))).toBe(true);
    expect(['gpt-4.1', 'gpt-4o', 'gpt-5-chat-latest'].some((model) => thinks('openai', model))).toBe(false);
    expect([thinks('gemini', 'gemini-2.5-flash'), thinks('gemini', 'gemini-2.0-flash')]).toEqual([true, false]);
    expect([thinks('anthropic', 'claude-haiku-4-5'), thinks('openai-compatible', 'o3')]).toEqual([false, false]);
  });
});
