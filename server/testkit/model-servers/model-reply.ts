/** What a model server answers: a text, or what to say and what goes wrong. */
export type ModelReply = string | ModelReplyParts;

export interface ModelReplyParts {
  readonly text?: string;
  /** Said as JSON; wins over `text`. */
  readonly json?: unknown;
  /** The pieces of a streamed reply; words unless given. */
  readonly pieces?: readonly string[];
  /** The reply ended at the limit of its length. */
  readonly cut?: boolean;
  /** The provider's filter took the reply back. */
  readonly refused?: boolean;
  /** Counted from the texts unless given; null: the server says nothing of tokens. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** Between two pieces of a streamed reply, in milliseconds. */
  readonly dripMs?: number;
  readonly fault?: ModelFault;
}

/**
 * `status`: an error of the provider, with `Retry-After` where given; `code` and `message` stand in the error's body, which
 * `body` replaces. `hang`: no answer; `hang-within`: none after the first piece. `reset`, `reset-within`: the connection breaks before
 * the answer, within it. `wrong-type`: a page in HTML with status 200. `not-json`: JSON promised, not kept.
 * `error-within`: a stream that says of itself that it failed. `ends-early`: a stream without its last piece.
 */
export type ModelFault =
  | {
      readonly status: number;
      readonly retryAfter?: string;
      readonly code?: string;
      readonly message?: string;
      readonly body?: unknown;
    }
  | 'hang'
  | 'hang-within'
  | 'reset'
  | 'reset-within'
  | 'wrong-type'
  | 'not-json'
  | 'error-within'
  | 'ends-early';

/** A request as the server understood it, whatever the provider's shape. */
export interface ModelCall {
  readonly kind: 'chat' | 'embed';
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The JSON that was sent. */
  readonly body: unknown;
  readonly model: string;
  readonly key: string | null;
  readonly streams: boolean;
  readonly system: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly maxOutputTokens: number | null;
  /** The JSON schema that the reply shall have; null when none was sent. */
  readonly schema: unknown;
  /** What is to be embedded. */
  readonly texts: readonly string[];
  readonly dimensions: number | null;
  /** Resolves when the connection is done with: `answered` in full, or `left` by the client. With the time by `performance.now()`. */
  readonly closed: Promise<{ readonly how: 'answered' | 'left'; readonly at: number }>;
}

export type ModelAnswerer = (call: ModelCall) => ModelReply | Promise<ModelReply>;
export type ScriptedReply = ModelReply | ModelAnswerer;

/** The reply in full, with its text and pieces settled. */
export interface SettledReply extends ModelReplyParts {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
}

export function settleReply(reply: ModelReply, call: ModelCall): SettledReply {
  const parts: ModelReplyParts = typeof reply === 'string' ? { text: reply } : reply;
  const text = 'json' in parts ? JSON.stringify(parts.json) : (parts.text ?? parts.pieces?.join('') ?? '');
  const asked = call.system.length + call.messages.reduce((sum, message) => sum + message.text.length, 0);
  return {
    ...parts,
    text,
    pieces: parts.pieces ?? text.match(/\s*\S+\s*$|\s*\S+/g) ?? [],
    usage:
      parts.usage === undefined ? { inputTokens: Math.ceil(asked / 4), outputTokens: Math.ceil(text.length / 4) } : parts.usage,
  };
}
