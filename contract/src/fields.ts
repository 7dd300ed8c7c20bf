import { z } from 'zod';

/** Ids in paths, queries and forms: 1 to 128 letters, digits, dots, underscores and hyphens; not dots alone. */
export const idSchema = z
  .string()
  .regex(/^(?!\.+$)[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 letters, digits, dots, underscores or hyphens, and not dots alone')
  .describe('1 to 128 letters, digits, dots, underscores and hyphens');

/** Which language: `en`, `pt-BR`. */
export const languageSchema = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag like en or pt-BR');

/** A name for people. */
export const titleSchema = z.string().trim().min(1, 'must not be empty').max(300, 'must be at most 300 characters');

/** A moment: ISO 8601 in UTC. */
export const instantSchema = z.iso.datetime();

export const MAX_PAGE_SIZE = 200;

/** The query of every listing. */
export const pageQuery = {
  cursor: z.string().min(1).max(1000).optional().describe('`nextCursor` of the page before'),
  limit: limitSchema(MAX_PAGE_SIZE, 50),
};

/** The tail of every listing. */
export const pageReply = { nextCursor: z.string().nullable().describe('null on the last page') };

/** How many items at most; written as a whole number. */
export function limitSchema(max: number, usual: number) {
  return z.coerce
    .number<string | number>()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`)
    .default(usual);
}

/** The header that makes a POST safe to send again. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .describe('The same key with the same request gets the same reply for 24 hours, without doing it again'),
});

/** A speaker by name or label; searches and questions keep to what this one says. */
export const speakerFilterSchema = z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters');
