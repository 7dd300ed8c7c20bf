import type { Log, LogCategory } from '../src/core/ports/log.ts';

/** A log for tests that do not look at it. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly category: LogCategory;
  readonly event: string;
  readonly fields: Record<string, unknown>;
}

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']): Log['info'] =>
    (category, event, fields = {}) =>
      void lines.push({ level, category, event, fields });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
