import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';

/** Makes commits durable, off the event loop. */
export interface WalSync {
  /**
   * Resolves when everything that was committed before the call survives a power cut. Commits that wait share one sync.
   * @throws AppError `database_unavailable` when the disk refuses
   */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Syncs the write-ahead log of a database that is open with `synchronous = normal`: SQLite then writes each commit to the log without
 * waiting for the disk, and whoever committed waits here. With `synchronous = full` it waits on the event loop, which stood still for half
 * of a storm of uploads (docs/decisions/0013-durable-commits.md).
 */
export function walSync(databasePath: string): WalSync {
  let file: Promise<FileHandle> | null = null;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  async function sync(): Promise<void> {
    try {
      await (await (file ??= openLog(databasePath))).datasync();
    } catch (cause) {
      file = null;
      throw new AppError('database_unavailable', 'The database could not be written to the disk for good. Check the disk.', {
        cause,
      });
    }
  }

  /** A sync that began before a commit says nothing about it: it waits for the one after. */
  function settled(): Promise<void> {
    if (running === null) {
      running = sync().finally(() => (running = null));
      return running;
    }
    next ??= running
      .catch(() => {}) // told to those who waited for it
      .then(() => {
        next = null;
        return settled();
      });
    return next;
  }

  return {
    settled,
    async close() {
      await Promise.allSettled([running, next]);
      await (await file?.catch(() => null))?.close();
    },
  };
}

/** The log is there from the first commit on, and stays until the last connection closes. */
async function openLog(databasePath: string): Promise<FileHandle> {
  const log = await open(`${databasePath}-wal`, 'r+');
  // That the file is there must survive too. Windows does not sync folders.
  if (process.platform !== 'win32') {
    const folder = await open(dirname(databasePath), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
  return log;
}
