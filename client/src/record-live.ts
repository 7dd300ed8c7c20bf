import { API_PREFIX, liveCloseCodes, liveEventSchema, liveSoundPath, type LiveEvent, type LiveMessage } from '@scholium/contract';
import { keepLiveSound } from './live-sound.ts';
import { pause } from './pause.ts';
import { ProblemError, unexpectedReply, unreachable } from './problem-error.ts';

export interface RecordLiveInput {
  /** Of `beginLive`. */
  readonly liveId: string;
  /** Sound in the format that `beginLive` was told, in pieces of any size, as it is made. Its end ends the recording. */
  readonly sound: AsyncIterable<Uint8Array>;
  readonly onEvent?: (event: LiveEvent) => void;
  /** Leaves the recording open on the server, which closes it by itself after a while. */
  readonly signal?: AbortSignal;
  /** First pause before a lost line is taken up again; doubles up to 16 times of it. Default 500. */
  readonly reconnectMs?: number;
  /** How many tries in a row may bring nothing. Default 20. */
  readonly maxReconnects?: number;
}

export type LiveEnd = Omit<Extract<LiveEvent, { type: 'done' }>, 'type'>;

export interface LiveRecorder {
  /** How it ended. @throws ProblemError, what `sound` throws, or the signal's reason */
  readonly done: Promise<LiveEnd>;
  /** Marks this moment; sent again with the line when it is broken. */
  mark(label: string, note?: string): void;
}

/** What a connection needs of its client. */
export interface LiveLink {
  /** `ws://localhost:8000` */
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How it ended, for when the last word was lost with the line. */
  look(liveId: string): Promise<LiveEnd & { readonly status: string }>;
}

/** So much may wait in the socket before more is given to it. */
const MOST_BUFFERED_BYTES = 1024 * 1024;
const LOOK_MS = 20;
const FINAL_CODES: readonly number[] = [liveCloseCodes.invalid, liveCloseCodes.notFound, liveCloseCodes.takenOver];

/**
 * Sends sound to a live recording as it is made. A line that breaks is opened again and goes on at the byte that the server has stored: nothing
 * is sent twice or lost, while no more than four minutes wait here.
 */
export function recordLive(link: LiveLink, input: RecordLiveInput): LiveRecorder {
  const sound = keepLiveSound();
  const messages: LiveMessage[] = [];
  let hasEnded = false;
  let failure: { readonly error: unknown } | null = null;
  let send: () => void = () => {};
  void read();
  return { done: run(), mark: (label, note) => tell({ type: 'mark', label, ...(note && { note }) }) };

  function tell(message: LiveMessage): void {
    messages.push(message);
    send();
  }

  async function read(): Promise<void> {
    try {
      for await (const bytes of input.sound) {
        if (input.signal?.aborted || hasEnded) return;
        await sound.add(bytes);
        send();
      }
      hasEnded = true;
    } catch (error) {
      failure = { error };
    }
    send();
  }

  async function run(): Promise<LiveEnd> {
    const { reconnectMs = 500, maxReconnects = 20, signal } = input;
    for (let failures = 0; ; failures++) {
      signal?.throwIfAborted();
      const line = await connectOnce();
      if (failure) throw failure.error;
      if (line.end) return line.end;
      if (line.problem && FINAL_CODES.includes(line.code)) throw line.problem;
      if (line.code === liveCloseCodes.ended) return link.look(input.liveId);
      if (line.moved) failures = 0;
      if (failures >= maxReconnects) throw line.problem ?? unreachable(link.root, new Error(`closed with ${line.code}`));
      await pause(Math.min(reconnectMs * 2 ** failures, reconnectMs * 16), signal);
    }
  }

  /** One connection, from its opening to its close. */
  function connectOnce(): Promise<Line> {
    const url = `${link.root}${API_PREFIX}${liveSoundPath(input.liveId)}`;
    // Node's own client takes headers beside the protocols; browsers have no key to send.
    const socket = Object.keys(link.headers).length > 0 ? new WebSocket(url, link as unknown as string[]) : new WebSocket(url);
    const line: Line = { code: 0, end: null, problem: null, moved: false };
    const { promise, resolve, reject } = Promise.withResolvers<Line>();
    let isReady = false;
    let hasStopped = false;
    let timer: NodeJS.Timeout | undefined;
    send = () => {
      clearTimeout(timer);
      if (!isReady || socket.readyState !== WebSocket.OPEN) return;
      if (failure) return socket.close();
      for (let bytes = next(); bytes; bytes = next()) socket.send(bytes);
      if (socket.bufferedAmount > MOST_BUFFERED_BYTES) {
        timer = setTimeout(send, LOOK_MS);
        return;
      }
      for (const message of messages.splice(0)) socket.send(JSON.stringify(message));
      if (hasEnded && !hasStopped) {
        hasStopped = true;
        socket.send(JSON.stringify({ type: 'stop' } satisfies LiveMessage));
      }
    };
    const next = () => (socket.bufferedAmount > MOST_BUFFERED_BYTES ? null : sound.next());
    const leave = () => socket.close();
    input.signal?.addEventListener('abort', leave, { once: true });
    socket.addEventListener('message', ({ data }) => {
      try {
        const event = liveEventSchema.parse(JSON.parse(String(data)));
        take(event);
        input.onEvent?.(event);
        send();
      } catch (error) {
        reject(unexpectedReply(101, error));
        socket.close();
      }
    });
    socket.addEventListener('close', ({ code }) => {
      clearTimeout(timer);
      send = () => {};
      input.signal?.removeEventListener('abort', leave);
      line.code = code;
      resolve(line);
    });
    return promise;

    function take(event: LiveEvent): void {
      if (event.type === 'ready') {
        sound.goOnAt(event.offsetBytes);
        isReady = true;
        line.moved = true;
      } else if (event.type === 'saved') sound.saved(event.offsetBytes);
      else if (event.type === 'error') {
        line.problem = new ProblemError({ code: event.code, detail: event.detail, status: 0, requestId: null });
      } else if (event.type === 'done') {
        const { status, lectureId, jobId } = event;
        hasEnded = true;
        line.end = { status, lectureId, jobId };
      }
    }
  }
}

interface Line {
  code: number;
  end: LiveEnd | null;
  problem: ProblemError | null;
  /** Whether the server was reached. */
  moved: boolean;
}
