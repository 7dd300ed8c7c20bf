import { z } from 'zod';

/**
 * How long a provider asks to be left alone, in milliseconds; null when it does not say. By `retry-after-ms`, by
 * `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), or by the `RetryInfo` in the body of Google's errors.
 *
 * @example retryAfterMs({ 'retry-after': '2' }, null, Date.now()) // 2000
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>> | undefined,
  body: string | null,
  now: number,
): number | null {
  const exact = headers?.['retry-after-ms'];
  if (exact !== undefined && /^\d+(?:\.\d+)?$/.test(exact)) return Math.ceil(Number(exact));
  const header = headers?.['retry-after']?.trim();
  if (header !== undefined && /^\d+(?:\.\d+)?$/.test(header)) return Math.ceil(Number(header) * 1000);
  const date = header === undefined ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  return body === null ? null : retryInfoMs(body);
}

const retryInfo = z.object({ error: z.object({ details: z.array(z.object({ retryDelay: z.string().optional() }).catch({})) }) });

function retryInfoMs(body: string): number | null {
  const delays = z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown; // checked by the schema behind it
      } catch {
        context.addIssue('no JSON');
        return z.NEVER;
      }
    })
    .pipe(retryInfo)
    .safeParse(body);
  if (!delays.success) return null;
  for (const { retryDelay } of delays.data.error.details) {
    const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(retryDelay ?? '') ?? [];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  }
  return null;
}
