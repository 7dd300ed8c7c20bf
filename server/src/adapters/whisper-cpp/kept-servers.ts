import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { VerboseAnswer } from '../speech-engine/verbose-answer.ts';
import { makeScratchFolder } from '../system/scratch-folder.ts';
import { startWhisperServer, type WhisperServer, type WhisperServerOptions } from './whisper-server.ts';
import type { WhisperWish } from './whisper-wish.ts';

type Start = Omit<WhisperServerOptions, 'folder'>;

export interface KeptServer {
  /** Pieces are heard one after the other, those of other recordings too. A server that ended is started again. */
  hear(samples: Int16Array, wish: Omit<WhisperWish, 'threads' | 'cpuOnly'>, signal: AbortSignal): Promise<VerboseAnswer>;
  /** Nobody uses it any more, unless others do: it waits a while for the next recording. */
  release(): Promise<void>;
}

interface Entry {
  server: WhisperServer | null;
  users: number;
  timer: NodeJS.Timeout | null;
  /** Resolves when all who came before are done. */
  last: Promise<unknown>;
  folder: string | null;
}

/** Loading a model takes seconds, so one server of each model is shared by all recordings, and kept for a while after the last. */
export function keptServers(keepWarmMs: number): {
  /** @throws AppError `model_unavailable` */
  take(start: Start, signal: AbortSignal): Promise<KeptServer>;
} {
  const entries = new Map<string, Entry>();

  async function end(key: string, entry: Entry): Promise<void> {
    if (entry.timer) clearTimeout(entry.timer);
    if (entries.get(key) === entry) entries.delete(key);
    await entry.server?.close();
    if (entry.folder !== null) await rm(entry.folder, { recursive: true, force: true });
  }

  async function release(key: string, entry: Entry): Promise<void> {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (keepWarmMs === 0 || entry.server === null || entry.server.hasEnded()) return end(key, entry);
    // Our own process may end while it waits; it ends with it.
    entry.server.holdsUs(false);
    entry.timer = setTimeout(() => void end(key, entry), keepWarmMs).unref();
  }

  return {
    async take(start, signal) {
      const key = JSON.stringify([start.program, start.model.path, start.model.digest, start.threads, start.cpuOnly]);
      const entry = entries.get(key) ?? { server: null, users: 0, timer: null, last: Promise.resolve(), folder: null };
      entries.set(key, entry);
      entry.users += 1;
      if (entry.timer) clearTimeout(entry.timer);
      entry.timer = null;
      entry.server?.holdsUs(true);
      const ready = (until: AbortSignal): Promise<WhisperServer> => running(entry, start, until);
      try {
        await inTurn(entry, signal, ready);
      } catch (error) {
        await release(key, entry);
        throw error;
      }
      let released = false;
      return {
        hear: (samples, wish, until) => inTurn(entry, until, async () => (await ready(until)).hear(samples, wish, until)),
        async release() {
          if (released) return;
          released = true;
          await release(key, entry);
        },
      };
    },
  };
}

async function running(entry: Entry, start: Start, signal: AbortSignal): Promise<WhisperServer> {
  if (entry.server && !entry.server.hasEnded()) return entry.server;
  entry.server = null;
  entry.folder ??= await makeScratchFolder(tmpdir(), 'scholium-whisper-');
  await rm(`${entry.folder}/input.pipe`, { force: true });
  entry.server = await startWhisperServer({ ...start, folder: entry.folder }, signal);
  return entry.server;
}

/** Waits until all who came before are done; whoever is aborted meanwhile does nothing. */
async function inTurn<T>(entry: Entry, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const before = entry.last;
  const mine = (async () => {
    await before;
    signal.throwIfAborted();
    return work(signal);
  })();
  entry.last = mine.catch(() => {});
  return mine;
}
