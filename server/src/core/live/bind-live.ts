import { AppError } from '../domain/app-error.ts';
import type { LiveLine, LiveMark, LiveRecording } from '../domain/live-recording.ts';
import { beginLive, type BeginLiveInput } from './begin-live.ts';
import { findLive } from './close-live.ts';
import type { LiveDeps, LiveSettings, OwnerScope } from './live-deps.ts';
import { createLiveRooms, type LiveRooms } from './live-rooms.ts';
import { soundBytes } from './live-sound.ts';

type One = { readonly scope: OwnerScope; readonly liveId: string };

/** A live recording with what belongs to it. */
export interface LiveState {
  readonly live: LiveRecording;
  readonly offsetBytes: number;
  /** When it is closed by itself if no sound comes; null once it is closed. */
  readonly closesAt: number | null;
  readonly draft: readonly LiveLine[];
  readonly marks: readonly LiveMark[];
}

/** A mark, and the recording that it belongs to once there is one. */
export interface LectureMark {
  readonly mark: LiveMark;
  readonly sourceId: string | null;
}

export interface LiveUseCases {
  readonly rooms: LiveRooms;
  /** @throws AppError, see `beginLive` */
  begin(input: BeginLiveInput): Promise<LiveState>;
  /** @throws AppError `live_not_found` */
  find(input: One): Promise<LiveState>;
  /** @throws AppError `live_not_found` */
  stop(input: One): Promise<LiveState>;
  /** @throws AppError `lecture_not_found` */
  marks(input: { readonly scope: OwnerScope; readonly lectureId: string }): Promise<readonly LectureMark[]>;
}

/** The use cases over their ports. */
export function bindLive(deps: LiveDeps, settings: LiveSettings): LiveUseCases {
  const rooms = createLiveRooms(deps, settings);
  const find = (input: One): Promise<LiveState> => stateOf(deps, settings, input);
  return {
    rooms,
    async begin(input) {
      const { id } = await beginLive(deps, settings, input);
      return find({ scope: input.scope, liveId: id });
    },
    find,
    async stop(input) {
      await rooms.stop(input);
      return find(input);
    },
    async marks({ scope, lectureId }) {
      if (!(await deps.store.lectures.find(scope, lectureId)))
        throw new AppError('lecture_not_found', `There is no lecture "${lectureId}".`);
      const marks = await deps.store.live.marks(scope, { lectureId });
      const ids = [...new Set(marks.map(({ liveId }) => liveId))];
      const lives = await Promise.all(ids.map((id) => deps.store.live.find(scope, id)));
      const sources = new Map(lives.flatMap((live) => (live ? [[live.id, live.sourceId] as const] : [])));
      return marks.map((mark) => ({ mark, sourceId: sources.get(mark.liveId) ?? null }));
    },
  };
}

async function stateOf({ store }: LiveDeps, { closeAfterMs }: LiveSettings, { scope, liveId }: One): Promise<LiveState> {
  const live = await findLive(store, scope, liveId);
  const [upload, draft, marks] = await Promise.all([
    store.uploads.find(scope, live.uploadId),
    store.live.lines(scope, liveId),
    store.live.marks(scope, { liveId }),
  ]);
  const closesAt = live.status === 'open' ? live.soundAt + closeAfterMs : null;
  return { live, offsetBytes: upload ? soundBytes(live, upload) : 0, closesAt, draft, marks };
}
