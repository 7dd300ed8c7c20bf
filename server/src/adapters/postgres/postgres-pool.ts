import { Pool, types, type CustomTypesConfig } from 'pg';
import type { Log } from '../../core/ports/log.ts';
import { fromPostgresText } from './postgres-text.ts';

export interface PostgresPoolOptions {
  readonly url: string;
  /** Connections at most. */
  readonly poolSize: number;
  readonly log: Log;
}

/** A statement that takes longer is a fault; the slowest of ours is the first migration. */
const STATEMENT_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
const [INT8, TEXT, NUMERIC] = [20, 25, 1700];

/**
 * Connections that are made when they are needed, replaced when they break, and give 64-bit integers and counts as numbers
 * and texts as they were before `toPostgresText`.
 */
export function openPostgresPool({ url, poolSize, log }: PostgresPoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'scholium',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A connection lost by the other side in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
  pool.on('error', (error) => log.warn('application', 'database.connection-lost', { cause: String(error) }));
  // One that breaks in a transaction, between two statements, tells the next statement; the event itself must not end the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool;
}

/** Our integers are milliseconds, sizes and counts: all below 2^53. */
const parserOf: CustomTypesConfig['getTypeParser'] = (oid, format) => {
  if (format !== 'binary' && (oid === INT8 || oid === NUMERIC)) return Number;
  if (format !== 'binary' && oid === TEXT) return fromPostgresText;
  return types.getTypeParser(oid, format as 'text'); // the overloads differ in the result only
};
