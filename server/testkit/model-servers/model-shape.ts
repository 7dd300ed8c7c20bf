import type { ModelCall, SettledReply } from './model-reply.ts';

/** What a request says, before the server adds what every shape has. */
export type ReadCall = Omit<ModelCall, 'path' | 'headers' | 'body' | 'closed'>;

/** How one provider speaks: its requests, its replies whole and in pieces, its errors. */
export interface ModelShape {
  /** Null: not a path of this provider. */
  read(path: string, headers: ModelCall['headers'], body: unknown): ReadCall | null;
  /** The body of a reply that is given at once. */
  whole(reply: SettledReply, call: ModelCall): unknown;
  /** A streamed reply as server-sent events: what comes before the text, each piece, what comes after. */
  opening(call: ModelCall, reply: SettledReply): readonly string[];
  piece(text: string, call: ModelCall): string;
  closing(reply: SettledReply, call: ModelCall): readonly string[];
  /** An error that a stream reports of itself. */
  errorWithin(): string;
  error(status: number, code: string | undefined, message: string | undefined): unknown;
  vectors(vectors: readonly (readonly number[])[], call: ModelCall): unknown;
}

/** Reads into unknown JSON: a path that is not there gives undefined. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[name]; // checked: an object or a list
  }
  return at;
}

export const textAt = (value: unknown, ...path: readonly (string | number)[]): string => {
  const found = dig(value, ...path);
  return typeof found === 'string' ? found : '';
};

export const numberAt = (value: unknown, ...path: readonly (string | number)[]): number | null => {
  const found = dig(value, ...path);
  return typeof found === 'number' ? found : null;
};

export const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = dig(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** A text, or the texts of a list of parts `{text}`. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part) => textAt(part, 'text')).join('') : '';
}

export const sse = (data: unknown, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

export const bearerOf = (headers: ModelCall['headers']): string | null => {
  const header = headers['authorization'];
  return typeof header === 'string' ? header.replace(/^Bearer /, '') : null;
};
