import { MAX_LIVE_FRAME_BYTES } from '@scholium/contract';

/** Sound that was made and is not known to be safe yet: what a broken line needs again. */
export interface LiveSound {
  /** Resolves when there is room for it. */
  add(bytes: Uint8Array): Promise<void>;
  /** The server's end: what lies before is safe. The first time it says where our sound begins. @throws Error when it lies outside what is kept */
  goOnAt(offsetBytes: number): void;
  saved(offsetBytes: number): void;
  /** The next message to send; null when all was sent. */
  next(): Uint8Array | null;
}

/** Four minutes of bare samples: the line may be away for so long without anything being lost. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

export function keepLiveSound(): LiveSound {
  let kept: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let base: number | null = null;
  let [end, sent, safe] = [0, 0, 0]; // from where our sound begins
  let room = Promise.withResolvers<void>();

  const isFull = (): boolean => end - safe >= MOST_KEPT_BYTES;
  const forget = (offset: number): void => {
    safe = Math.max(safe, offset);
    kept = kept.filter(({ at, bytes }) => at + bytes.byteLength > safe);
    if (!isFull()) {
      room.resolve();
      room = Promise.withResolvers();
    }
  };
  return {
    async add(bytes) {
      while (isFull()) await room.promise;
      for (let at = 0; at < bytes.byteLength; at += MAX_LIVE_FRAME_BYTES) {
        const part = bytes.slice(at, at + MAX_LIVE_FRAME_BYTES);
        kept.push({ at: end, bytes: part });
        end += part.byteLength;
      }
    },
    goOnAt(offsetBytes) {
      base ??= offsetBytes;
      const offset = offsetBytes - base;
      if (offset < safe || offset > end) throw new Error('The server is at a byte that this recording never had.');
      forget(offset);
      sent = offset;
    },
    saved(offsetBytes) {
      if (base !== null) forget(offsetBytes - base);
    },
    next() {
      const piece = kept.find(({ at, bytes }) => at + bytes.byteLength > sent);
      if (base === null || !piece) return null;
      const bytes = piece.bytes.subarray(sent - piece.at);
      sent += bytes.byteLength;
      return bytes;
    },
  };
}
