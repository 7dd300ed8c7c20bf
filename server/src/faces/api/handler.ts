import type { OperationId, Operations } from '@scholium/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { OwnerScope } from './api-deps.ts';

type Parsed<O, N extends string> = O extends { readonly [K in N]: infer S extends z.ZodType } ? z.output<S> : undefined;

/** A request of one operation, parsed. */
export interface Call<Id extends OperationId> {
  readonly params: Parsed<Operations[Id], 'params'>;
  readonly query: Parsed<Operations[Id], 'query'>;
  readonly headers: Parsed<Operations[Id], 'headers'>;
  readonly body: Parsed<Operations[Id], 'body'>;
  readonly scope: OwnerScope;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly request: FastifyRequest;
  /** For headers only: what is sent is what the handler returns. */
  readonly reply: Pick<FastifyReply, 'header'>;
}

/** A reply that is not JSON. `body` is opened only when bytes are wanted (not for HEAD). */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null | (() => Readable | Promise<Readable>);
}

type Responses<Id extends OperationId> = Operations[Id]['responses'];
type AnswerWith<S, R> = R extends { readonly schema: infer Z extends z.ZodType }
  ? { readonly status: S; readonly body: z.input<Z> }
  : RawAnswer;

/** What a handler returns: one of the operation's responses. */
export type Answer<Id extends OperationId> = { [S in keyof Responses<Id>]: AnswerWith<S, Responses<Id>[S]> }[keyof Responses<Id>];

export type Handler<Id extends OperationId> = (call: Call<Id>) => Promise<Answer<Id>>;
export type Handlers = { readonly [Id in OperationId]: Handler<Id> };
