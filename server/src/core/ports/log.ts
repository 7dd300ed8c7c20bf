export type LogCategory = 'access' | 'application' | 'error' | 'audit' | 'performance';

/** Structured events. Never pass transcript text, keys or tokens. */
export interface Log {
  info(category: LogCategory, event: string, fields?: Record<string, unknown>): void;
  warn(category: LogCategory, event: string, fields?: Record<string, unknown>): void;
  error(category: LogCategory, event: string, fields?: Record<string, unknown>): void;
}
