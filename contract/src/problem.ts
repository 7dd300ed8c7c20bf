import { z } from 'zod';
import { errorCatalogue, type ErrorCode } from './errors.ts';

const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]]; // Object.keys widens to string[]
export const errorCodeSchema = z.enum(codes);

/** RFC 9457 problem details: what every error answers. `detail` says what to do. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: errorCodeSchema,
  requestId: z.string(),
  current: z.unknown().optional().describe('On some conflicts: what is there now'),
});
export type Problem = z.infer<typeof problemSchema>;

/** The media type of `problemSchema`. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
