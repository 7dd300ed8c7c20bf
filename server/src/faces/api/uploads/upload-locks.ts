import type { Lock, Locker, RequestRelease } from '@tus/server';
import { AppError } from '../../../core/domain/app-error.ts';

interface Holder {
  readonly askToStop: RequestRelease;
  readonly gone: Promise<void>;
}

/**
 * Lets one request at a time work on an upload in this process; who comes next asks the one before to stop, since a client that
 * comes again has mostly lost its line. Between processes the offset in the database decides.
 * (The library's own locker asks in a busy loop.)
 */
export function uploadLocks(options: { readonly waitMs: number }): Locker {
  const holders = new Map<string, Holder>();
  return {
    newLock(id): Lock {
      let release = (): void => {};
      return {
        async lock(signal, askToStop) {
          const until = AbortSignal.any([signal, AbortSignal.timeout(options.waitMs)]);
          for (let holder = holders.get(id); holder; holder = holders.get(id)) {
            await holder.askToStop();
            await settled(holder.gone, until);
            if (until.aborted)
              throw new AppError(
                'upload_busy',
                'Another request sends bytes of this upload. Wait a moment, then ask with HEAD and go on.',
              );
          }
          const { promise, resolve } = Promise.withResolvers<void>();
          holders.set(id, { askToStop, gone: promise });
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
  };
}

/** Resolves when the work has ended or the signal is aborted. */
async function settled(work: Promise<void>, until: AbortSignal): Promise<void> {
  if (until.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  until.addEventListener('abort', stop, { once: true });
  await Promise.race([work, promise]);
  until.removeEventListener('abort', stop);
}
