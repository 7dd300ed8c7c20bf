import { createHash } from 'node:crypto';

/** What a step output depends on. Values are plain JSON; `undefined` parts are left out. */
export interface OutputKeyParts {
  readonly ownerId: string;
  readonly step: string;
  /** Raised by hand when the step's code makes something else of the same input. */
  readonly version: number;
  readonly [part: string]: unknown;
}

/**
 * The key under which a step stores its output: the step's name and a SHA-256 over all parts, so that the same
 * work is found again and any other input, engine, setting or owner gives another key. The order in which parts
 * are named does not matter.
 *
 * @example outputKey({ ownerId: 'local', step: 'generate', version: 1, preset: 'exam', writer: digest }) // 'generate:9f86d0...'
 */
export function outputKey(parts: OutputKeyParts): string {
  return `${parts.step}:${createHash('sha256').update(canonical(parts)).digest('hex')}`;
}

/** JSON with sorted keys, so that equal values give equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`;
}
