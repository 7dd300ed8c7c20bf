import type { ModelCall, SettledReply } from './model-reply.ts';
import { bearerOf, dig, listAt, numberAt, sse, textAt, textOf, type ModelShape } from './model-shape.ts';

/** `/chat/completions` and `/embeddings`, as OpenAI, Ollama, vLLM and LM Studio speak them. */
export const openaiShape: ModelShape = {
  read(path, headers, body) {
    const kind = path.endsWith('/chat/completions') ? 'chat' : path.endsWith('/embeddings') ? 'embed' : null;
    if (!kind) return null;
    const messages = listAt(body, 'messages');
    const isSystem = (message: unknown): boolean => ['system', 'developer'].includes(textAt(message, 'role'));
    const input = dig(body, 'input');
    return {
      kind,
      model: textAt(body, 'model'),
      key: bearerOf(headers),
      streams: dig(body, 'stream') === true,
      system: messages
        .filter(isSystem)
        .map((message) => textOf(dig(message, 'content')))
        .join('\n'),
      messages: messages
        .filter((message) => !isSystem(message))
        .map((message) => ({
          role: textAt(message, 'role') === 'assistant' ? 'assistant' : 'user',
          text: textOf(dig(message, 'content')),
        })),
      maxOutputTokens: numberAt(body, 'max_completion_tokens') ?? numberAt(body, 'max_tokens'),
      schema: dig(body, 'response_format', 'json_schema', 'schema') ?? null,
      texts: typeof input === 'string' ? [input] : listAt(body, 'input').map(String),
      dimensions: numberAt(body, 'dimensions'),
    };
  },

  whole: (reply, call) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: call.model,
    choices: [{ index: 0, message: { role: 'assistant', content: reply.text }, finish_reason: finishReason(reply) }],
    ...(reply.usage ? { usage: usageOf(reply.usage) } : {}),
  }),
  opening: (call) => [sse(chunk(call, { delta: { role: 'assistant', content: '' } }))],
  piece: (text, call) => sse(chunk(call, { delta: { content: text } })),
  closing: (reply, call) => [
    sse(chunk(call, { delta: {}, finish_reason: finishReason(reply) })),
    // Said only when it was asked for, as OpenAI does.
    ...(reply.usage && dig(call.body, 'stream_options', 'include_usage') === true
      ? [sse({ ...chunk(call, {}), choices: [], usage: usageOf(reply.usage) })]
      : []),
    sse('[DONE]'),
  ],
  errorWithin: () => sse({ error: { message: 'The server had an error', type: 'server_error', code: 'server_error' } }),
  error: (status, code = status === 401 ? 'invalid_api_key' : 'error', message = 'It went wrong') => ({
    error: { message, type: code, param: null, code },
  }),
  vectors: (vectors, call) => ({
    object: 'list',
    model: call.model,
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    usage: { prompt_tokens: 1, total_tokens: 1 },
  }),
};

function chunk(call: ModelCall, choice: Record<string, unknown>): Record<string, unknown> {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: call.model,
    choices: [{ index: 0, finish_reason: null, ...choice }],
  };
}

function finishReason(reply: SettledReply): string {
  if (reply.refused) return 'content_filter';
  return reply.cut ? 'length' : 'stop';
}

const usageOf = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});
