import type { ModelCall, SettledReply } from './model-reply.ts';
import { dig, listAt, numberAt, sse, textAt, textOf, type ModelShape } from './model-shape.ts';

/** `/messages` as Anthropic speaks it: a schema in `output_config`, or as a tool for older models. */
export const anthropicShape: ModelShape = {
  read(path, headers, body) {
    if (!path.endsWith('/messages')) return null;
    const key = headers['x-api-key'];
    return {
      kind: 'chat',
      model: textAt(body, 'model'),
      key: typeof key === 'string' ? key : null,
      streams: dig(body, 'stream') === true,
      system: textOf(dig(body, 'system')),
      messages: listAt(body, 'messages').map((message) => ({
        role: textAt(message, 'role') === 'assistant' ? 'assistant' : 'user',
        text: textOf(dig(message, 'content')),
      })),
      maxOutputTokens: numberAt(body, 'max_tokens'),
      schema: dig(body, 'output_config', 'format', 'schema') ?? dig(body, 'tools', 0, 'input_schema') ?? null,
      texts: [],
      dimensions: null,
    };
  },

  whole: (reply, call) => {
    const input = dig(call.body, 'tools', 0, 'name') === 'json' ? asObject(reply.text) : null;
    const content =
      reply.text === ''
        ? []
        : [input ? { type: 'tool_use', id: 'toolu_1', name: 'json', input } : { type: 'text', text: reply.text }];
    return {
      ...message(call),
      content,
      stop_reason: input && !reply.cut ? 'tool_use' : stopReason(reply),
      usage: usageOf(reply),
    };
  },
  opening: (call, reply) => [
    event('message_start', {
      message: { ...message(call), content: [], stop_reason: null, usage: { ...usageOf(reply), output_tokens: 1 } },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ],
  piece: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  closing: (reply) => [
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: stopReason(reply), stop_sequence: null },
      usage: { output_tokens: usageOf(reply).output_tokens },
    }),
    event('message_stop', {}),
  ],
  errorWithin: () => event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  error: (status, code = ERROR_TYPES[status] ?? 'api_error', text = 'It went wrong') => ({
    type: 'error',
    error: { type: code, message: text },
  }),
  vectors: () => ({}),
};

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const event = (type: string, data: object): string => sse({ type, ...data }, type);

const message = (call: ModelCall) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: call.model,
  stop_sequence: null,
});

function stopReason(reply: SettledReply): string {
  if (reply.refused) return 'refusal';
  return reply.cut ? 'max_tokens' : 'end_turn';
}

// Anthropic always says how many tokens it took.
const usageOf = (reply: SettledReply) => ({
  input_tokens: reply.usage?.inputTokens ?? 0,
  output_tokens: reply.usage?.outputTokens ?? 0,
});

function asObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
