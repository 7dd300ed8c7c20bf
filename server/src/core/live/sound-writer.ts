import type { LiveRecording } from '../domain/live-recording.ts';
import type { Clock } from '../ports/clock.ts';
import { storePiece, type StorePieceDeps } from './store-piece.ts';

export interface SoundWriter {
  /** Takes bytes. Null: more may come at once; a promise: wait for it first (the storage is slower, or they come too fast). */
  accept(bytes: Uint8Array): Promise<void> | null;
  /** Resolves when all that was accepted is safe. @throws what kept it from being stored */
  flush(): Promise<void>;
  /** So many are safe, header included. */
  offsetBytes(): number;
  acceptedBytes(): number;
  close(): void;
}

/** What a killed server loses at most, beside the time that storing takes: half of what is promised. */
const PIECE_MS = 500;
/** On a fast line, or after a slow piece. */
const MOST_PIECE_BYTES = 1024 * 1024;
/** Waits for the storage: two minutes of bare samples. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** Sixteen times what bare samples take; what a broken line held back may come at once. */
const BYTES_PER_MS = 512;
const BURST_BYTES = 8 * 1024 * 1024;

/** Stores sound piece by piece, in its order, one at a time. After a failure nothing more is taken. */
export function createSoundWriter(
  deps: StorePieceDeps & { readonly clock: Clock },
  live: LiveRecording,
  options: { readonly offsetBytes: number; onSaved(offsetBytes: number): void; onFailure(error: unknown): void },
): SoundWriter {
  const stop = new AbortController();
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let offsetBytes = options.offsetBytes;
  let storing: Promise<void> | null = null;
  let hurry = new AbortController();
  let failure: unknown = null;
  let drained: PromiseWithResolvers<void> | null = null;
  let budget = { bytes: BURST_BYTES, at: deps.clock.now() };

  return {
    accept(bytes) {
      if (failure !== null || stop.signal.aborted) return null;
      pending.push(bytes);
      pendingBytes += bytes.byteLength;
      storing ??= store().finally(() => (storing = null));
      storing.catch(() => {}); // told by `onFailure`
      const tooFastMs = spend(bytes.byteLength);
      if (pendingBytes > MOST_WAITING_BYTES) return (drained ??= Promise.withResolvers()).promise;
      return tooFastMs > 0 ? deps.clock.sleep(tooFastMs, stop.signal) : null;
    },
    async flush() {
      hurry.abort();
      await storing;
      hurry = new AbortController();
      if (failure !== null) throw failure;
    },
    offsetBytes: () => offsetBytes,
    acceptedBytes: () => offsetBytes + pendingBytes,
    close() {
      stop.abort();
      hurry.abort();
      drained?.resolve();
    },
  };

  async function store(): Promise<void> {
    try {
      while (pendingBytes > 0 && !stop.signal.aborted) {
        if (pendingBytes < MOST_PIECE_BYTES && !hurry.signal.aborted) await deps.clock.sleep(PIECE_MS, hurry.signal);
        const bytes = take();
        offsetBytes = (await storePiece(deps, live, { offsetBytes, bytes })).offsetBytes;
        pendingBytes -= bytes.byteLength;
        options.onSaved(offsetBytes);
        if (drained && pendingBytes < MOST_WAITING_BYTES / 2) {
          drained.resolve();
          drained = null;
        }
      }
    } catch (error) {
      failure = error;
      drained?.resolve();
      options.onFailure(error);
    }
  }

  function take(): Uint8Array {
    const taken: Uint8Array[] = [];
    let length = 0;
    while (pending[0] && (length === 0 || length + pending[0].byteLength <= MOST_PIECE_BYTES)) {
      const [first, ...rest] = pending;
      pending = rest;
      taken.push(first!); // it was just looked at
      length += first!.byteLength;
    }
    return Buffer.concat(taken);
  }

  /** How long to wait because bytes come faster than any recording makes them. */
  function spend(bytes: number): number {
    const now = deps.clock.now();
    const left = Math.min(BURST_BYTES, budget.bytes + (now - budget.at) * BYTES_PER_MS) - bytes;
    budget = { bytes: left, at: now };
    return left < 0 ? Math.ceil(-left / BYTES_PER_MS) : 0;
  }
}
