import { z } from 'zod';

export type ReadReply<T> = { readonly value: T } | { readonly wrong: string };

const MAX_PROBLEMS = 5;
const MAX_PROBLEM_LENGTH = 200;

/**
 * A reply as a value of the schema, or a short text for the model that says what is wrong with it. JSON in a Markdown fence, as
 * local models like to write it, is taken; text before or after it is not.
 *
 * @example readReply(z.object({ a: z.number() }), '{"a":"x"}', false) // { wrong: 'a: Invalid input: expected number, received string' }
 */
export function readReply<T>(schema: z.ZodType<T>, text: string, cut: boolean): ReadReply<T> {
  if (cut) return { wrong: 'It was cut off at the limit of its length. Write less.' };
  const bare = text
    .trim()
    .replace(/^```(?:json)?\s*\n?/i, '')
    .replace(/\n?```$/, '');
  if (bare === '') return { wrong: 'It was empty.' };
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch (error) {
    return { wrong: `It is not valid JSON: ${short((error as SyntaxError).message)}` }; // JSON.parse throws nothing else
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) =>
    short(`${path.map(String).join('.') || 'the whole'}: ${message}`),
  );
  const more = problems.length - MAX_PROBLEMS;
  return { wrong: [...problems.slice(0, MAX_PROBLEMS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ') };
}

const short = (text: string): string => (text.length > MAX_PROBLEM_LENGTH ? `${text.slice(0, MAX_PROBLEM_LENGTH)}…` : text);
