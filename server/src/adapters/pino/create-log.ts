import pino, { type DestinationStream } from 'pino';
import type { Log, LogCategory } from '../../core/ports/log.ts';
import { redact } from './redact.ts';
import { openRotatingFile } from './rotating-file.ts';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Standard output unless given. */
  readonly destination?: DestinationStream;
  /** A folder for `scholium.log` beside it (10 MB each, 5 kept); null or absent for none. */
  readonly folder?: string | null;
  /** The file's name, for processes that share a folder. */
  readonly fileName?: string;
}

/**
 * Structured log lines: one JSON object each with `time`, `level`, `category` and `event`; line breaks inside
 * values are escaped by JSON, so nobody can forge a line. Secrets are taken out.
 *
 * @throws AppError `storage_unavailable` when the folder cannot be written to
 * @example createLog({ level: 'info' }).info('application', 'server.started', { port: 8000 })
 */
export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destinationOf(options),
  );
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (category: LogCategory, event: string, fields: Record<string, unknown> = {}) => {
      if (!logger.isLevelEnabled(level)) return;
      const { level: _level, time: _time, event: _event, ...rest } = fields; // these names are the line's own
      logger[level]({ ...redact(rest), category }, event);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

function destinationOf({ destination, folder, fileName = 'scholium.log' }: LogOptions): DestinationStream {
  const main = destination ?? pino.destination({ dest: 1, sync: true });
  if (!folder) return main;
  // 'trace' lets everything through: the logger's own level decides.
  return pino.multistream([
    { stream: main, level: 'trace' },
    { stream: openRotatingFile(folder, fileName), level: 'trace' },
  ]);
}
