import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../core/domain/app-error.ts';

/** Checks a part of a request with its zod schema; what is wrong is told by field, in plain words. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const place = PLACES[httpPart ?? ''] ?? 'request';
  // Fastify hands a missing body over as null.
  return (data: unknown) => {
    const parsed = schema.safeParse(httpPart === 'body' ? (data ?? undefined) : data);
    return parsed.success ? { value: parsed.data } : { error: invalid(place, parsed.error) };
  };
};

/** @throws AppError `invalid_request` */
export function parseFields<T extends z.ZodType>(schema: T, fields: unknown): z.output<T> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  throw invalid('form', parsed.error);
}

const PLACES: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'address',
  headers: 'headers',
};

function invalid(place: string, error: z.ZodError): AppError {
  const reasons = error.issues.slice(0, 5).map((issue) => {
    const field = issue.path.map(String).join('.');
    return `${field ? `"${field.slice(0, 80)}" ` : ''}${inWords(issue)}`;
  });
  return new AppError('invalid_request', `In the ${place}: ${reasons.join('; ')}.`);
}

/** zod's own messages say "Invalid input: expected ..."; ours begin with "must". */
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_union') return 'has a value that is not allowed';
  if (issue.code === 'invalid_value') return `must be one of: ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'unrecognized_keys') {
    return `there is no ${issue.keys
      .slice(0, 3)
      .map((key) => `"${key.slice(0, 80)}"`)
      .join(', ')}`;
  }
  const expected = /^Invalid input: expected (.+), received (.+)$/.exec(issue.message);
  if (!expected) return issue.message.slice(0, 200);
  return expected[2] === 'undefined' ? 'is missing' : `must be a value of type ${expected[1]}`;
}
