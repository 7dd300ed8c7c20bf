import type { OperationId, Operations } from '@scholium/contract';
import type { z } from 'zod';

/** `{ [name]: input }`, which may be left out when every part of it may. */
type Part<N extends string, S> = S extends z.ZodType
  ? // eslint-disable-next-line typescript/no-empty-object-type -- "can it be left out?" is asked with the empty object
    {} extends z.input<S>
    ? { readonly [K in N]?: z.input<S> }
    : undefined extends z.input<S>
      ? { readonly [K in N]?: z.input<S> }
      : { readonly [K in N]: z.input<S> }
  : unknown;

type Field<O, N extends string> = O extends { readonly [K in N]: infer S } ? S : undefined;

type Upload<O> = O extends { readonly multipart: { readonly fields: infer F extends z.ZodType } }
  ? { readonly file: Blob; readonly fileName: string; readonly fields?: z.input<F> }
  : unknown;

/** A JSON body, a form, or either where the operation takes both. */
type Content<O> = O extends { readonly multipart: unknown; readonly body: infer B extends z.ZodType }
  ? Upload<O> | { readonly body: NonNullable<z.input<B>>; readonly file?: undefined }
  : Part<'body', Field<O, 'body'>> & Upload<O>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Sent as `Idempotency-Key`: the same request with the same key is done once. POST only. */
  readonly idempotencyKey?: string;
  /** Further headers, `range` for one. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call of this operation needs. */
export type CallInput<Id extends OperationId> = Part<'params', Field<Operations[Id], 'params'>> &
  Part<'query', Field<Operations[Id], 'query'>> &
  Content<Operations[Id]> &
  CallOptions;

/** The call's arguments: none are needed when everything may be left out. */
// eslint-disable-next-line typescript/no-empty-object-type -- as above
export type CallArguments<Id extends OperationId> = {} extends CallInput<Id> ? [input?: CallInput<Id>] : [input: CallInput<Id>];

type Responses<Id extends OperationId> = Operations[Id]['responses'];
type ReplyOf<R> = R extends { readonly schema: infer S extends z.ZodType } ? z.output<S> : Response;

/** What the call gives: the parsed reply, or the raw `Response` where the reply is not JSON. */
export type CallReply<Id extends OperationId> = ReplyOf<Responses<Id>[keyof Responses<Id>]>;
