const MASK = '[redacted]';

/** Shapes of secrets that end up in messages of libraries: bearer tokens, keys in addresses, provider keys. */
const SECRETS: readonly [RegExp, string][] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/\b(api[_-]?key|token|secret|password|signature)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi, `$1$2${MASK}`],
  [/\b(?:sk|pk|hf|ghp|xox[abp]|AIza)[-_]?[A-Za-z0-9_-]{16,}/g, MASK],
  [/(\/\/)[^\s/@:]+:[^\s/@]+@/g, `$1${MASK}@`],
];

/** The text with everything that looks like a secret masked. */
export function redactText(text: string): string {
  return SECRETS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
