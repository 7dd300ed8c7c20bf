import { setImmediate as turn } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError } from '../src/core/domain/app-error.ts';
import { withUsage } from '../src/core/domain/spent-model-error.ts';
import type { LanguageModel, ModelEvent, ModelMessage, ModelRequest, ModelUsage } from '../src/core/ports/language-model.ts';
import { settleReply, type ModelCall, type ScriptedReply, type SettledReply } from './model-servers/model-reply.ts';

/** A `LanguageModel` that says what it is told to, without a network: for tests of the core. Tests of providers use `startModelServer`. */
export interface ScriptedLanguageModel extends LanguageModel {
  readonly calls: readonly ModelRequest[];
  /** The next replies, in place of what is left. */
  script(...replies: readonly ScriptedReply[]): void;
}

export interface ScriptedOptions {
  /** One reply a request (a repair is a request too); a function alone answers all. */
  readonly replies?: readonly ScriptedReply[] | ScriptedReply;
  readonly contextTokens?: number;
}

/**
 * @example scriptedLanguageModel({ replies: [{ json: { title: 'Tides' } }, { fault: { status: 429 } }, 'Hello.'] })
 */
export function scriptedLanguageModel({ replies = [], contextTokens = 8_192 }: ScriptedOptions = {}): ScriptedLanguageModel {
  const calls: ModelRequest[] = [];
  const closed = new AbortController();
  const isOne = typeof replies === 'function' || typeof replies === 'string' || !Array.isArray(replies);
  // Either one reply or a list of them: the type guard of arrays does not see read-only ones.
  let script = isOne ? [] : [...(replies as readonly ScriptedReply[])];
  const always = isOne ? (replies as ScriptedReply) : null;

  async function ask(request: ModelRequest, signal: AbortSignal): Promise<SettledReply> {
    throwIfAborted(signal);
    calls.push(request);
    await turn();
    throwIfAborted(signal);
    const next = script.shift() ?? always;
    if (next === null) throw new AppError('model_refused', 'The script of this language model is over.');
    const call = callOf(request);
    const reply = settleReply(typeof next === 'function' ? await next(call) : next, call);
    if (reply.fault === 'hang') await aborted(signal);
    else if (typeof reply.fault === 'object') throw failed(reply.fault.status);
    else if (reply.fault !== undefined && !reply.fault.endsWith('-within') && reply.fault !== 'ends-early') throw failed(500);
    if (reply.refused) throw new AppError('model_refused', 'The language model declines to write about this content.');
    return reply;
  }

  return {
    engine: 'scripted',
    model: 'scripted',
    contextTokens,
    calls,
    script: (...next) => void (script = [...next]),
    countTokens: estimate,

    async generate({ schema, ...request }, given) {
      const signal = AbortSignal.any([given, closed.signal]);
      const first = await ask(request, signal);
      const read = valueOf(schema, first);
      if (read) return { value: read.value, usage: usageOf(first) };
      const again: ModelMessage[] = [
        ...(first.text === '' ? [] : [{ role: 'assistant' as const, text: first.text }]),
        { role: 'user', text: 'Your reply cannot be used. Reply again.' },
      ];
      const a = usageOf(first);
      const second = await ask({ ...request, messages: [...request.messages, ...again] }, signal).catch((error: unknown) => {
        throw withUsage(error, a);
      });
      const b = usageOf(second);
      const usage = { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens, costUsd: null };
      const repaired = valueOf(schema, second);
      if (repaired) return { value: repaired.value, usage };
      throw withUsage(new AppError('model_reply_invalid', 'The language model gave no reply of the right form.'), usage);
    },

    async *stream(request, given): AsyncGenerator<ModelEvent> {
      const signal = AbortSignal.any([given, closed.signal]);
      const reply = await ask(request, signal);
      if (reply.text === '') throw new AppError('model_reply_invalid', 'The language model replied with nothing.');
      let said = '';
      try {
        for (const text of reply.pieces) {
          said += text;
          yield { type: 'delta', text };
          throwIfAborted(signal);
          if (reply.fault === 'hang-within') await aborted(signal);
          if (reply.fault !== undefined && reply.fault !== 'ends-early') throw failed(500);
        }
        if (reply.fault === 'ends-early') throw failed(500);
      } catch (error) {
        const heard = [request.system, ...request.messages.map(({ text }) => text)].join('');
        throw withUsage(error, { inputTokens: estimate(heard), outputTokens: estimate(said), costUsd: null });
      }
      yield { type: 'end', usage: usageOf(reply), cut: reply.cut ?? false };
    },

    async close() {
      closed.abort();
    },
  };
}

function callOf(request: ModelRequest): ModelCall {
  return {
    kind: 'chat',
    path: '',
    headers: {},
    body: null,
    model: 'scripted',
    key: null,
    streams: false,
    ...request,
    schema: null,
    texts: [],
    dimensions: null,
    closed: new Promise(() => {}),
  };
}

function valueOf<T>(schema: z.ZodType<T>, reply: SettledReply): { readonly value: T } | null {
  if (reply.cut) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(reply.text));
    return parsed.success ? { value: parsed.data } : null;
  } catch {
    return null;
  }
}

const estimate = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

const usageOf = ({ usage }: SettledReply): ModelUsage => ({
  inputTokens: usage?.inputTokens ?? 0,
  outputTokens: usage?.outputTokens ?? 0,
  costUsd: null,
});

function failed(status: number): AppError {
  if (status === 429) return new AppError('model_rate_limited', 'The language model is asked too often.');
  if (status < 500) return new AppError('model_refused', 'The language model refuses the request.');
  return new AppError('model_unreachable', 'The language model does not answer.');
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason }));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
