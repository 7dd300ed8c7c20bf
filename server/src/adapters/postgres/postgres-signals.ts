import { Client, type Pool } from 'pg';
import type { Log } from '../../core/ports/log.ts';

export type Channel = 'job_events' | 'job_queue';

/** Short messages from any process on the database to all of them. Nothing is kept: who does not listen misses it. */
export interface PostgresSignals {
  /** Tells all processes, this one too. Never fails: receivers also look for themselves from time to time. */
  send(channel: Channel, payload: string): void;
  /** `payload` is null when something may have been missed. Returns the function that ends it. */
  on(channel: Channel, receive: (payload: string | null) => void): () => void;
  close(): Promise<void>;
}

const CHANNELS: readonly Channel[] = ['job_events', 'job_queue'];
/** Longest wait before the line is opened anew. */
const RETRY_MS = 2_000;

/** LISTEN on a connection of its own, which is opened anew when it breaks, and NOTIFY through the pool. Listens when it resolves. */
export async function openPostgresSignals({ url, pool, log }: { url: string; pool: Pool; log: Log }): Promise<PostgresSignals> {
  const receivers = new Map<Channel, Set<(payload: string | null) => void>>(CHANNELS.map((channel) => [channel, new Set()]));
  const sending = new Set<Promise<unknown>>();
  let client: Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  let closed = false;

  const tell = (channel: Channel, payload: string | null): void => {
    for (const receive of receivers.get(channel) ?? []) receive(payload);
  };

  async function listen(isFirst: boolean): Promise<void> {
    const next = new Client({ connectionString: url, application_name: 'scholium-listener', keepAlive: true });
    client = next;
    next.on('notification', ({ channel, payload }) => {
      const known = CHANNELS.find((one) => channel === nameOf(one));
      if (known) tell(known, payload ?? null);
    });
    next.on('error', (error) => again(next, error));
    next.on('end', () => again(next, null));
    try {
      await next.connect();
      for (const channel of CHANNELS) await next.query(`listen ${nameOf(channel)}`);
      if (!isFirst) for (const channel of CHANNELS) tell(channel, null);
    } catch (error) {
      again(next, error);
    }
  }

  function again(broken: Client, error: unknown): void {
    if (closed || client !== broken) return;
    client = null;
    void broken.end().catch(() => {});
    log.warn('application', 'database.listener-lost', { cause: String(error) });
    retry = setTimeout(() => void (listening = listen(false)), RETRY_MS * (0.5 + Math.random() / 2));
  }

  let listening = listen(true);
  await listening;
  return {
    send(channel, payload) {
      const sent: Promise<unknown> = pool
        .query('select pg_notify($1, $2)', [nameOf(channel), payload])
        .catch((error: unknown) => {
          // This process at least hears it.
          tell(channel, payload);
          if (!closed) log.warn('application', 'database.signal-lost', { channel, cause: String(error) });
        })
        .finally(() => sending.delete(sent));
      sending.add(sent);
    },
    on(channel, receive) {
      // A wrapper of its own, so that the same function may be given twice.
      const receiver = (payload: string | null): void => receive(payload);
      receivers.get(channel)?.add(receiver);
      return () => void receivers.get(channel)?.delete(receiver);
    },
    async close() {
      closed = true;
      if (retry) clearTimeout(retry);
      await Promise.allSettled(sending);
      await listening;
      await client?.end().catch(() => {});
    },
  };
}

/** Channels belong to a database, so installations in databases of their own do not hear each other. */
function nameOf(channel: Channel): string {
  return `scholium_${channel}`;
}
