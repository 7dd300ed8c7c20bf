import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import type { ModelRequest } from '../../core/ports/language-model.ts';
import { THINKING_TOKENS, thinks } from './model-facts.ts';
import type { LanguageModelSettings } from './model-settings.ts';
import type { ReplySchema } from './reply-schema.ts';

/** A request as the SDK's models take it, in the form that the provider knows for replies with a schema. */
export function callOptions(
  settings: LanguageModelSettings,
  request: ModelRequest & { readonly form?: ReplySchema; readonly schemaName?: string },
): LanguageModelV4CallOptions {
  const { form, schemaName, maxOutputTokens } = request;
  const thinking = thinks(settings.engine, settings.model);
  const system = form && tellsSchema(settings) ? `${request.system}\n\n${schemaInWords(form)}` : request.system;
  return {
    prompt: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...request.messages.map(({ role, text }): LanguageModelV4Message => ({
        role,
        content: [{ type: 'text', text: text.toWellFormed() }],
      })),
    ],
    // What is thought counts as written: without room for it a short reply would be cut before it begins.
    maxOutputTokens: thinking ? maxOutputTokens + THINKING_TOKENS : maxOutputTokens,
    ...(thinking ? { reasoning: 'low' as const } : {}),
    ...(form
      ? { responseFormat: { type: 'json' as const, schema: form.json, ...(schemaName ? { name: plainName(schemaName) } : {}) } }
      : {}),
    // OpenAI refuses schemas with optional fields in its strict form.
    ...(form && !form.strict
      ? { providerOptions: { openai: { strictJsonSchema: false }, compatible: { strictJsonSchema: false } } }
      : {}),
  };
}

/** OpenAI takes no other signs, and no more. */
const plainName = (name: string): string => name.replaceAll(/[^\w-]/g, '_').slice(0, 64);

const tellsSchema = (settings: LanguageModelSettings): boolean =>
  settings.engine === 'openai-compatible' && settings.structuredOutputs === false;

const schemaInWords = (form: ReplySchema): string =>
  `Reply with one JSON value and nothing else. It must match this JSON schema:\n${JSON.stringify(form.json)}`;
