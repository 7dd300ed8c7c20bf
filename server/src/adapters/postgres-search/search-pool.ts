/** A value bound to a parameter of a statement. */
export type SqlValue = string | number | null | Uint8Array | readonly string[] | readonly number[];

/** The part of a `pg` client that is used here; another driver can stand in for it. */
export interface SqlClient {
  query(text: string, values?: SqlValue[]): Promise<{ rows: unknown[] }>;
}

export interface PooledClient extends SqlClient {
  /** Gives it back; with true it is thrown away. */
  release(broken?: boolean): void;
  /** The number of the server's process, by which a statement is cancelled; missing where that cannot be done. */
  readonly processID?: number | null;
}

/** The part of a `pg` pool that is used here. */
export interface SearchPool extends SqlClient {
  connect(): Promise<PooledClient>;
  end(): Promise<void>;
}

/** Rows of a statement. `Row` is the caller's knowledge of its columns: the driver gives no types. */
export async function rowsOf<Row>(client: SqlClient, text: string, values: SqlValue[] = []): Promise<Row[]> {
  const { rows } = await client.query(text, values);
  return rows as Row[]; // what the statement selects
}

/**
 * Runs the work in one transaction and rolls it back when it throws. A signal ends it at once: the connection is thrown
 * away, which frees its place in the pool, and the server is told to stop the statement.
 */
export async function inTransaction<T>(
  pool: SearchPool,
  begin: string,
  work: (client: SqlClient) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const client = await pool.connect();
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {}); // it may come when the work is over
  let isBroken = false;
  const stop = (): void => {
    if (!client.processID) return;
    isBroken = true;
    stopped.reject(signal?.reason);
    // When this cannot be sent, the statement timeout ends the statement.
    void pool.query('SELECT pg_cancel_backend($1)', [client.processID]).catch(() => {});
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const working = committed(client, begin, work);
    working.catch(() => {}); // once stopped, nobody waits for it
    const result = await Promise.race([working, stopped.promise]);
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    if (!isBroken) await client.query('ROLLBACK').catch(() => (isBroken = true));
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    client.release(isBroken);
  }
}

async function committed<T>(client: SqlClient, begin: string, work: (client: SqlClient) => Promise<T>): Promise<T> {
  await client.query(begin);
  const result = await work(client);
  await client.query('COMMIT');
  return result;
}
