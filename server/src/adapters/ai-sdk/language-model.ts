import type { LanguageModelV4, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { AppError } from '../../core/domain/app-error.ts';
import { withUsage } from '../../core/domain/spent-model-error.ts';
import type { LanguageModel, ModelRequest, ModelUsage } from '../../core/ports/language-model.ts';
import { askPatiently, throwIfCancelled, type PatientDeps } from './ask-patiently.ts';
import { callOptions } from './call-options.ts';
import { countTokens } from './count-tokens.ts';
import { contextTokensOf } from './model-facts.ts';
import { DEFAULT_PATIENCE, type LanguageModelSettings, type ModelDeps } from './model-settings.ts';
import { openLanguageModel } from './open-provider.ts';
import { contentRefused } from './provider-problem.ts';
import { readReply } from './read-reply.ts';
import { replySchema } from './reply-schema.ts';
import { streamReply } from './stream-reply.ts';
import { addUsage, NO_USAGE, usageOf } from './usage.ts';

export type { LanguageModelSettings, ModelDeps, Patience } from './model-settings.ts';

/**
 * A language model of OpenAI, Anthropic, Gemini or any server that speaks as OpenAI does (Ollama, vLLM, LM Studio), through the
 * provider packages of the AI SDK. Nothing is loaded or sent before it is asked.
 *
 * @example createLanguageModel({ engine: 'gemini', apiKey, model: 'gemini-2.5-flash', baseUrl: null }, { clock: systemClock })
 */
export function createLanguageModel(settings: LanguageModelSettings, deps: ModelDeps): LanguageModel {
  const { engine, model } = settings;
  const patience = { ...DEFAULT_PATIENCE, ...deps.patience };
  const closed = new AbortController();
  let opened: Promise<LanguageModelV4> | null = null;
  const open = (): Promise<LanguageModelV4> => (opened ??= openLanguageModel(settings, deps.fetch));
  const patient = (): PatientDeps => ({
    clock: deps.clock,
    patience,
    random: deps.random ?? Math.random,
    asked: { engine, purpose: 'text' },
    deadline: deps.clock.now() + patience.deadlineMs,
  });
  const contextTokens = settings.contextTokens ?? contextTokensOf(engine, model);

  return {
    engine,
    model,
    contextTokens,
    countTokens,

    async generate({ schema, schemaName, ...request }, given) {
      throwIfCancelled(given);
      const signal = AbortSignal.any([given, closed.signal]);
      const ready = await open();
      const asked = patient(); // one deadline for the reply and its repair
      const form = replySchema(schema);
      let usage = NO_USAGE;
      let repair: { readonly reply: string; readonly wrong: string } | null = null;
      try {
        for (const last of [false, true]) {
          const now: ModelRequest = repair ? askedAgain(request, repair, contextTokens) : request;
          const reply = await ask(ready, asked, { ...now, form, schemaName }, signal);
          usage = addUsage(usage, reply.usage);
          if (reply.refused) throw new AppError('model_refused', contentRefused(engine));
          const read = readReply(schema, reply.text, reply.cut);
          if ('value' in read) return { value: read.value, usage };
          if (last) break;
          repair = { reply: reply.text, wrong: read.wrong };
        }
        throw new AppError(
          'model_reply_invalid',
          'The language model gave no reply of the right form, not even when it was asked again. Try again, or use a larger model.',
        );
      } catch (error) {
        throw withUsage(error, usage);
      }
    },

    stream: (request, signal) =>
      streamReply({ open, patient, settings, countTokens }, request, AbortSignal.any([signal, closed.signal])),

    /** Ends what is still being asked. */
    async close() {
      closed.abort(new Error('The language model was closed.'));
    },
  };

  async function ask(
    ready: LanguageModelV4,
    asked: PatientDeps,
    request: Parameters<typeof callOptions>[1],
    signal: AbortSignal,
  ): Promise<{ text: string; cut: boolean; refused: boolean; usage: ModelUsage }> {
    const options = callOptions(settings, request);
    const { content, finishReason, usage } = await askPatiently(
      asked,
      (abortSignal) => Promise.resolve(ready.doGenerate({ ...options, abortSignal })),
      signal,
    );
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    return {
      text,
      cut: finishReason.unified === 'length',
      refused: finishReason.unified === 'content-filter',
      usage: usageOf(settings, usage, () => ({ inputTokens: promptTokens(options.prompt), outputTokens: countTokens(text) })),
    };
  }
}

/** The request with the reply that cannot be used and what is wrong with it; without the reply where it has no room. */
function askedAgain(request: ModelRequest, repair: { reply: string; wrong: string }, contextTokens: number): ModelRequest {
  const wish = `Your reply cannot be used. ${repair.wrong}\nReply again, with the whole JSON value and nothing else.`;
  const tokens = [request.system, ...request.messages.map(({ text }) => text), repair.reply, wish]
    .map(countTokens)
    .reduce((sum, count) => sum + count, request.maxOutputTokens);
  if (repair.reply.trim() !== '' && tokens <= contextTokens)
    return {
      ...request,
      messages: [...request.messages, { role: 'assistant', text: repair.reply }, { role: 'user', text: wish }],
    };
  // Two messages of the user in a row break the templates of some local models.
  const asked = request.messages.at(-1);
  return { ...request, messages: [...request.messages.slice(0, -1), { role: 'user', text: `${asked?.text ?? ''}\n\n${wish}` }] };
}

function promptTokens(prompt: LanguageModelV4Prompt): number {
  return prompt
    .flatMap(({ content }) =>
      typeof content === 'string' ? [content] : content.map((part) => (part.type === 'text' ? part.text : '')),
    )
    .reduce((sum, text) => sum + countTokens(text), 0);
}
