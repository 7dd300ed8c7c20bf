import { AppError } from '../domain/app-error.ts';
import type { LiveRecording } from '../domain/live-recording.ts';
import { closeLive, findLive } from './close-live.ts';
import type { LiveDeps, LiveSettings, OwnerScope } from './live-deps.ts';
import { openLiveRoom, type LiveListener, type LiveRoom } from './live-room.ts';

type One = { readonly scope: OwnerScope; readonly liveId: string };

/** The live recordings that this process records. */
export interface LiveRooms {
  /** @throws AppError `live_not_found`, `live_ended`, `server_stopping` */
  room(input: One): Promise<LiveRoom>;
  /** The connection is gone. If nobody comes back the room is closed; the recording stays open. */
  leave(input: One, room: LiveRoom, listener: LiveListener): void;
  /** Ends a recording, in this process or another. @throws AppError `live_not_found` */
  stop(input: One): Promise<LiveRecording>;
  /** Stores what has arrived of all of them, and lets everybody go. */
  close(): Promise<void>;
}

/** How long an engine waits, warm, for a broken line. */
const ROOM_KEPT_MS = 60_000;

export function createLiveRooms(deps: LiveDeps, settings: LiveSettings): LiveRooms {
  const rooms = new Map<string, Promise<LiveRoom>>();
  const stopping = new AbortController();

  return {
    async room(input) {
      if (stopping.signal.aborted) throw new AppError('server_stopping', 'The server is stopping. Connect again in a moment.');
      const known = rooms.get(keyOf(input));
      if (known && (await known).isOpen()) return known;
      if (known && rooms.get(keyOf(input)) !== known) return this.room(input); // somebody else was faster
      const opening = open(deps, settings, input, rooms.size < settings.mostHeard);
      rooms.set(keyOf(input), opening);
      opening.catch(() => forget(input, opening));
      return opening;
    },
    leave(input, room, listener) {
      if (!room.left(listener)) return;
      void closeLater(input, room).catch((error: unknown) => {
        deps.log.warn('application', 'live.room-not-closed', { liveId: input.liveId, cause: String(error) });
      });
    },
    async stop(input) {
      await findLive(deps.store, input.scope, input.liveId);
      const room = await rooms.get(keyOf(input))?.catch(() => null);
      if (!room?.isOpen()) return closeLive(deps, input);
      const closed = await room.stop();
      rooms.delete(keyOf(input));
      return closed;
    },
    async close() {
      stopping.abort();
      const all = [...rooms.values()];
      rooms.clear();
      await Promise.all(all.map(async (room) => (await room.catch(() => null))?.close('stopping')));
    },
  };

  async function closeLater(input: One, room: LiveRoom): Promise<void> {
    const key = keyOf(input);
    if (room.isOpen()) await deps.clock.sleep(ROOM_KEPT_MS, stopping.signal);
    const now = rooms.get(key);
    if (!now || (await now) !== room || room.isTaken()) return;
    rooms.delete(key);
    await room.close('left');
  }

  function forget(input: One, opening: Promise<LiveRoom>): void {
    if (rooms.get(keyOf(input)) === opening) rooms.delete(keyOf(input));
  }
}

function keyOf({ scope, liveId }: One): string {
  return JSON.stringify([scope.ownerId, liveId]);
}

async function open(deps: LiveDeps, settings: LiveSettings, { scope, liveId }: One, withText: boolean): Promise<LiveRoom> {
  const live = await findLive(deps.store, scope, liveId);
  const upload = await deps.store.uploads.find(scope, live.uploadId);
  if (live.status !== 'open' || upload?.status !== 'receiving') {
    throw new AppError('live_ended', `The live recording "${liveId}" has ended. Begin another with POST /api/live.`);
  }
  return openLiveRoom(deps, settings, { live, offsetBytes: upload.offsetBytes, withText });
}
