import { join } from 'node:path';
import { pino, type DestinationStream } from 'pino';
import type { Log } from '../../core/ports/log.ts';
import { redactText } from './redact-text.ts';

export interface PinoLogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Where lines go besides the folder; standard output when left out. */
  readonly destination?: DestinationStream;
  /** Folder for `scholium.<n>.log`, 10 MB each, 5 are kept; null writes no files. */
  readonly folder?: string | null;
}

/** Fields that must never be logged, wherever they stand. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'apiKey',
  'api_key',
  'x-api-key',
  'text',
  'transcript',
];
/** S3.6 */
const FILE_SIZE = '10m';
const FILES_KEPT = 5;

/**
 * One JSON object a line: `{"level","time","category","event",...}`. Line breaks inside values are encoded by JSON, so
 * a value cannot forge a line. Secret fields are left out and secrets inside messages are masked.
 *
 * @example const log = await createPinoLog({ level: 'info' }); log.info('application', 'started', { port: 8000 });
 */
export async function createPinoLog(options: PinoLogOptions): Promise<Log> {
  const streams: { stream: DestinationStream; level: 'debug' }[] = [
    { stream: options.destination ?? pino.destination({ fd: 1, sync: true }), level: 'debug' },
  ];
  if (options.folder) {
    const { default: roll } = await import('pino-roll');
    // `limit.count` counts the files beside the one that is written.
    const stream = await roll({
      file: join(options.folder, 'scholium'),
      extension: '.log',
      size: FILE_SIZE,
      limit: { count: FILES_KEPT - 1 },
      mkdir: true,
    });
    streams.push({ stream, level: 'debug' });
  }
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.multistream(streams),
  );
  const write =
    (level: 'info' | 'warn' | 'error'): Log['info'] =>
    (category, event, fields) =>
      logger[level]({ category, event, ...clean(fields ?? {}) });
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

function clean(fields: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => !SECRET_FIELDS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, typeof value === 'string' ? redactText(value) : value]));
}
