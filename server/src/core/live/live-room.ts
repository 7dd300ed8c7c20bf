import type { LiveEvent } from '@scholium/contract';
import { errorCatalogue } from '@scholium/contract';
import { AppError, toAppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { LiveMark, LiveRecording } from '../domain/live-recording.ts';
import { closeLive, findLive } from './close-live.ts';
import { createHearing, type Hearing } from './hearing.ts';
import type { LiveDeps, LiveSettings, OwnerScope } from './live-deps.ts';
import { headerBytes, PCM_BYTES_PER_MS } from './live-sound.ts';
import { presentMark } from './present-live.ts';
import { createSoundWriter, type SoundWriter } from './sound-writer.ts';

/** Whoever sends the sound and reads the text: one at a time. */
export interface LiveListener {
  tell(event: LiveEvent): void;
  /** It is over for this one; nothing more is told. */
  leave(why: 'done' | 'taken-over' | 'failed' | 'stopping'): void;
}

/** A live recording in the process that records it. It outlives its connection by a while, so that a broken line costs no warm engine. */
export interface LiveRoom {
  /** The listener takes the place of the one before. What has arrived is stored first: sound goes on from there. */
  enter(listener: LiveListener): Promise<Extract<LiveEvent, { type: 'ready' }>>;
  /** False when another one has its place by now. */
  left(listener: LiveListener): boolean;
  /** Takes sound. Null: more may come at once; a promise: wait for it first. */
  accept(bytes: Uint8Array): Promise<void> | null;
  /** @throws AppError `database_unavailable` */
  mark(input: { readonly label: string; readonly note: string | null; readonly atMs?: number | undefined }): Promise<LiveMark>;
  /** Stores and hears what is left, then closes the recording. */
  stop(): Promise<LiveRecording>;
  /** Stores what has arrived and frees the engine; the recording stays open. */
  close(why: 'left' | 'stopping'): Promise<void>;
  isOpen(): boolean;
  /** Whether somebody is in it. */
  isTaken(): boolean;
}

/** What the engine may need after the last sound. */
const LAST_WORDS_MS = 10_000;

/** @param offsetBytes of the upload, header included */
export function openLiveRoom(
  deps: LiveDeps,
  settings: LiveSettings,
  { live, offsetBytes, withText }: { readonly live: LiveRecording; readonly offsetBytes: number; readonly withText: boolean },
): LiveRoom {
  const scope: OwnerScope = { kind: 'owner', ownerId: live.ownerId };
  const header = headerBytes(live.format);
  let listener: LiveListener | null = null;
  let ending: Promise<LiveRecording> | null = null;
  let isOpen = true;
  const tell = (event: LiveEvent): void => listener?.tell(event);
  const writer: SoundWriter = createSoundWriter(deps, live, {
    offsetBytes,
    onSaved: (end) => tell({ type: 'saved', offsetBytes: end - header }),
    onFailure: fail,
  });
  const hearing: Hearing = createHearing(deps, { live, storedBytes: offsetBytes - header, withText }, tell);

  return {
    isOpen: () => isOpen,
    isTaken: () => listener !== null,
    async enter(next) {
      const before = listener;
      listener = null;
      if (before) {
        before.tell(problem(new AppError('live_taken_over', 'Another connection records this now.')));
        before.leave('taken-over');
      }
      await writer.flush();
      if (!isOpen) throw new AppError('live_ended', 'The live recording was closed. Connect again to see how it ended.');
      listener = next;
      const { id: liveId, lectureId, format } = live;
      return {
        type: 'ready',
        liveId,
        lectureId,
        format,
        offsetBytes: writer.offsetBytes() - header,
        ...(await hearing.promise()),
      };
    },
    left(who) {
      if (listener !== who) return false;
      listener = null;
      return true;
    },
    accept(bytes) {
      if (!isOpen || ending) return null;
      const over = tooMuch(writer.acceptedBytes() + bytes.byteLength - header);
      if (over) {
        tell(problem(over));
        stop().catch(fail);
        return null;
      }
      hearing.accept(bytes);
      return writer.accept(bytes);
    },
    async mark({ label, note, atMs }) {
      const { id: liveId, ownerId, lectureId } = live;
      const createdAt = deps.clock.now();
      const mark: LiveMark = { id: newId('mrk'), ownerId, liveId, lectureId, atMs: atMs ?? nowMs(), label, note, createdAt };
      await deps.store.live.addMark(scope, mark);
      tell({ type: 'marked', mark: presentMark(mark, null) });
      return mark;
    },
    stop,
    async close(why) {
      if (!isOpen) return;
      isOpen = false;
      await writer.flush().catch(() => {}); // told by `onFailure`
      if (why === 'stopping')
        tell(problem(new AppError('server_stopping', 'The server is stopping. Connect again in a moment.')));
      const last = listener;
      listener = null;
      last?.leave('stopping');
      writer.close();
      await hearing.close();
    },
  };

  function nowMs(): number {
    if (live.format === 'pcm') return Math.round((writer.acceptedBytes() - header) / PCM_BYTES_PER_MS);
    return hearing.soundMs() ?? Math.max(0, deps.clock.now() - live.createdAt);
  }

  function tooMuch(bytes: number): AppError | null {
    const ms = live.format === 'pcm' ? bytes / PCM_BYTES_PER_MS : (hearing.soundMs() ?? 0);
    if (ms <= settings.maxDurationMs && bytes <= settings.maxBytes) return null;
    return new AppError('media_too_long', 'The recording is as long as this server takes. It was closed; begin another one.');
  }

  function stop(): Promise<LiveRecording> {
    return (ending ??= end());
  }

  async function end(): Promise<LiveRecording> {
    await writer.flush();
    await hearing.finish(LAST_WORDS_MS);
    const closed = await closeLive(deps, { scope, liveId: live.id });
    finish(closed);
    await free();
    return closed;
  }

  function finish({ status, lectureId, jobId, error }: LiveRecording): void {
    isOpen = false;
    if (error) tell(problem(new AppError(error.code, error.detail)));
    tell({ type: 'done', status, lectureId, jobId });
    const last = listener;
    listener = null;
    last?.leave('done');
  }

  /** Sound cannot be stored: it is told, and whoever connects again begins at what is stored. */
  function fail(reason: unknown): void {
    if (!isOpen) return;
    isOpen = false;
    giveUp(reason).catch((cause: unknown) => {
      deps.log.error('error', 'live.not-freed', { liveId: live.id, cause: String(cause) });
    });
  }

  async function giveUp(reason: unknown): Promise<void> {
    const now = await findLive(deps.store, scope, live.id).catch(() => live);
    if (now.status !== 'open') finish(now);
    else {
      const isTaken = reason instanceof AppError && reason.code === 'upload_conflict';
      const told = isTaken ? new AppError('live_taken_over', 'Another connection records this now.') : toAppError(reason);
      deps.log.warn('application', 'live.failed', { liveId: live.id, code: told.code, cause: String(reason) });
      tell(problem(told));
      const last = listener;
      listener = null;
      last?.leave(isTaken ? 'taken-over' : 'failed');
    }
    await free();
  }

  async function free(): Promise<void> {
    writer.close();
    await hearing.close();
  }
}

/** How an error is told over the connection. */
export function problem(error: unknown): Extract<LiveEvent, { type: 'error' }> {
  const { code, detail } = toAppError(error);
  return { type: 'error', code, title: errorCatalogue[code].title, detail };
}
