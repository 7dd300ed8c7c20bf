import type { Lock, Locker } from '@tus/server';
import { AppError } from '../../../core/domain/app-error.ts';

/** A request that may work on an upload. */
export interface LockClient {
  readonly method: string;
  /** Milliseconds since its last byte came. */
  idleMs(): number;
  /** Ends its work in good order: another request takes its place. */
  stop(reason: AppError): void;
}

/** How long others wait for a request that is at work, and for one that was asked to stop. */
export interface LockTerms {
  readonly busyMs: number;
  readonly stopMs: number;
  /** A line that was silent for so long may be dead: its client comes again before this server notices. */
  readonly silentMs: number;
}

/** Storing a last piece takes seconds at most. */
export const LOCK_TERMS: LockTerms = { busyMs: 1_000, stopMs: 20_000, silentMs: 3_000 };

interface Holder {
  readonly client: LockClient;
  readonly gone: Promise<void>;
}

/**
 * Lets one request at a time work on an upload in this process. One that is at work is left alone: who comes then is told
 * to come again. One whose line is silent is stopped. Between processes the offset in the database decides.
 * (The library's own locker waits in a busy loop.)
 */
export function uploadLocks(terms: LockTerms = LOCK_TERMS): { forClient(client: LockClient): Locker } {
  const holders = new Map<string, Holder>();

  async function makeWay(id: string, client: LockClient): Promise<void> {
    const until = performance.now() + terms.stopMs;
    for (let holder = holders.get(id); holder; holder = holders.get(id)) {
      if (client.method === 'DELETE' || holder.client.idleMs() >= terms.silentMs) {
        holder.client.stop(
          new AppError('upload_conflict', 'Another request took over this upload. Ask with HEAD how many bytes are stored.'),
        );
        await settled(holder.gone, terms.stopMs);
      } else if (await settled(holder.gone, terms.busyMs)) continue;
      else throw busy();
      if (performance.now() > until) throw busy();
    }
  }

  return {
    forClient: (client) => ({
      newLock(id): Lock {
        let release = (): void => {};
        return {
          async lock() {
            try {
              await makeWay(id, client);
            } catch (error) {
              if (client.method === 'HEAD') return; // what is stored may be told at any time
              throw error;
            }
            if (client.method === 'HEAD') return;
            const { promise, resolve } = Promise.withResolvers<void>();
            holders.set(id, { client, gone: promise });
            release = () => {
              holders.delete(id);
              resolve();
            };
          },
          async unlock() {
            release();
          },
        };
      },
    }),
  };
}

function busy(): AppError {
  return new AppError('upload_busy', 'Another request sends bytes of this upload. Wait a moment, then ask with HEAD and go on.');
}

/** Whether the work ended in that time. */
async function settled(work: Promise<void>, withinMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), withinMs);
  const ended = await Promise.race([work.then(() => true), promise]);
  clearTimeout(timer);
  return ended;
}
