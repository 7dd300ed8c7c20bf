const SECRET_NAME =
  /^(authorization|proxy-authorization|cookie|set-cookie|.*(api[-_]?key|password|passwd|secret|credential).*|.*token|.*access[-_]?key)$/i;

/** Secrets inside longer text: bearer tokens, keys of known shape, credentials in addresses. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  [/\b(sk|pk|rk|hf|ghp|gho|glpat|xox[abps]|AIza|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g, '[redacted]'],
  [/([?&](?:api[-_]?key|key|token|access_token|signature|password)=)[^&\s"']+/gi, '$1[redacted]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, '$1:[redacted]@'],
];

const MAX_DEPTH = 5;
const MAX_ITEMS = 50;
/** Enough for a stack trace. */
const MAX_TEXT = 8_000;

/**
 * Fields as they may be written: no value of a secret's name, no secret inside text, errors as records, and
 * nothing endless. Numbers under such names stay (`inputTokens: 12` is a figure).
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return redactRecord(fields, 0);
}

function redactRecord(record: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(record).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const isFigure = value === null || ['number', 'boolean', 'undefined'].includes(typeof value);
      return [name, SECRET_NAME.test(name) && !isFigure ? '[redacted]' : redactValue(value, depth)];
    }),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value).slice(0, 100);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return redactRecord({ name, message, stack, ...(cause === undefined ? {} : { cause }) }, depth + 1);
  }
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redactValue(item, depth + 1));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return redactRecord(value, depth + 1);
}

function redactText(text: string): string {
  // Cut first: a pattern must not work through megabytes.
  let safe = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
  for (const [pattern, replacement] of SECRET_TEXT) safe = safe.replace(pattern, replacement);
  return safe;
}
