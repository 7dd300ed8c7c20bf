import type { SettledReply } from './model-reply.ts';
import { dig, listAt, numberAt, sse, textAt, textOf, type ModelShape } from './model-shape.ts';

/** `generateContent`, `streamGenerateContent`, `embedContent` and `batchEmbedContents` as Gemini speaks them. */
export const geminiShape: ModelShape = {
  read(path, headers, body) {
    const [, model, method] = /\/models\/([^/:]+):(\w+)$/.exec(path) ?? [];
    if (!model || !method) return null;
    const key = headers['x-goog-api-key'];
    const requests = method === 'batchEmbedContents' ? listAt(body, 'requests') : method === 'embedContent' ? [body] : [];
    return {
      kind: method.toLowerCase().includes('embed') ? 'embed' : 'chat',
      model,
      key: typeof key === 'string' ? key : null,
      streams: method === 'streamGenerateContent',
      system: textOf(dig(body, 'systemInstruction', 'parts')),
      messages: listAt(body, 'contents').map((message) => ({
        role: textAt(message, 'role') === 'model' ? 'assistant' : 'user',
        text: textOf(dig(message, 'parts')),
      })),
      maxOutputTokens: numberAt(body, 'generationConfig', 'maxOutputTokens'),
      schema: dig(body, 'generationConfig', 'responseJsonSchema') ?? dig(body, 'generationConfig', 'responseSchema') ?? null,
      texts: requests.map((request) => textOf(dig(request, 'content', 'parts'))),
      dimensions: numberAt(requests[0], 'outputDimensionality'),
    };
  },

  whole: (reply, call) => ({
    candidates: [{ ...content(reply.text), finishReason: finishReason(reply), index: 0 }],
    ...usageOf(reply),
    modelVersion: call.model,
    responseId: 'response-1',
  }),
  opening: () => [],
  piece: (text, call) =>
    sse({ candidates: [{ ...content(text), index: 0 }], modelVersion: call.model, responseId: 'response-1' }),
  closing: (reply) => [sse({ candidates: [{ ...content(''), finishReason: finishReason(reply), index: 0 }], ...usageOf(reply) })],
  errorWithin: () => sse({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }),
  error: (status, code = STATUS_NAMES[status] ?? 'INTERNAL', message = 'It went wrong') => ({
    error: { code: status, message, status: code, details: [] },
  }),
  vectors: (vectors, call) =>
    call.path.endsWith(':embedContent')
      ? { embedding: { values: vectors[0] } }
      : { embeddings: vectors.map((values) => ({ values })) },
};

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

const content = (text: string) => ({ content: { role: 'model', parts: [{ text }] } });

function finishReason(reply: SettledReply): string {
  if (reply.refused) return 'SAFETY';
  return reply.cut ? 'MAX_TOKENS' : 'STOP';
}

function usageOf({ usage }: SettledReply): object {
  if (!usage) return {};
  const { inputTokens, outputTokens } = usage;
  return {
    usageMetadata: {
      promptTokenCount: inputTokens,
      candidatesTokenCount: outputTokens,
      totalTokenCount: inputTokens + outputTokens,
    },
  };
}
