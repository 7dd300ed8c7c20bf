import type { z } from 'zod';
import type { AccessSpec } from './access.ts';
import type { ErrorCode } from './errors.ts';

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What an operation answers under one status. Without `schema` the body is not JSON (`mediaType` says what) or empty. */
export interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
}

/**
 * One thing the API does, as data: the server binds a handler to it by `operationId`, OpenAPI is made from it,
 * and the client's types are inferred from it.
 */
export interface OperationSpec {
  readonly operationId: string;
  readonly method: HttpMethod;
  /** Under `/api`, in OpenAPI form: `/lectures/{lectureId}`. */
  readonly path: string;
  /** True when the operation answers at the root as well (`/health`). */
  readonly atRoot?: boolean;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly Tag[];
  readonly access: AccessSpec;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** A JSON body. One that is optional may be left out whole. */
  readonly body?: z.ZodType;
  /**
   * Form fields beside the file of a `multipart/form-data` body; the file's field is named by `file`. With a `body` as well,
   * either may be sent.
   */
  readonly multipart?: { readonly file: string; readonly fields: z.ZodObject };
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** What can go wrong here, beside what can go wrong anywhere (`commonErrors`). */
  readonly errors: readonly ErrorCode[];
}

export const tags = {
  Library: 'Courses, lectures, their recordings and the trash.',
  Recordings: 'Bringing recordings in, transcribing and playing them.',
  Study: 'Notes, cards, search and answers, each tied to the second it comes from.',
  Chat: 'Conversations about lectures, courses and everything; answers with the places they rest on.',
  Exports: 'Files to take along.',
  Jobs: 'Long work: status, progress, cancelling, live events.',
  Models: 'Speech models and engines of this machine.',
  Accounts: 'Who you are, your keys, invitations and the audit log.',
  Settings: 'Your profile, what you used and what is there.',
  Operators: 'Dead letters, the queue and retention: for whoever runs the server.',
  System: 'Health, figures and this description.',
} as const;
export type Tag = keyof typeof tags;

/** A file that the operator wants to be fetched from the bucket. Clients go there without the headers that are meant for the API. */
export const inBucket = { description: 'The file is at the signed address in `Location`, which expires' } as const;

/** What every operation may answer with. */
export const commonErrors = [
  'invalid_request',
  'origin_not_allowed',
  'host_not_allowed',
  'sign_in_required',
  'not_permitted',
  'too_many_requests',
  'database_unavailable',
  'server_stopping',
  'internal',
] as const satisfies readonly ErrorCode[];

/** What every operation with a JSON or form body may answer with. */
export const bodyErrors = ['body_too_large', 'unsupported_media_type'] as const satisfies readonly ErrorCode[];

/** What every POST may answer with when it carries an `Idempotency-Key`. */
export const idempotencyErrors = ['idempotency_key_reused', 'idempotency_in_progress'] as const satisfies readonly ErrorCode[];

/** Declares an operation and keeps its exact types. */
export function defineOperation<const O extends OperationSpec>(operation: O): O {
  return operation;
}

/** Every error code an operation may answer with. */
export function errorsOf(operation: OperationSpec): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([...operation.errors, ...commonErrors]);
  if (operation.body || operation.multipart) for (const code of bodyErrors) codes.add(code);
  if (operation.method === 'POST') for (const code of idempotencyErrors) codes.add(code);
  return [...codes];
}
