import { Worker, type ResourceLimits } from 'node:worker_threads';
import { AppError } from '../../core/domain/app-error.ts';
import type { ThreadMethods, ThreadReply, ThreadRequest } from './serve-thread.ts';

export interface ThreadPoolOptions {
  /** The file a thread runs; it calls `serveThread`. */
  readonly file: URL;
  /** Given to each thread as `workerData`. */
  readonly data: unknown;
  /** Most threads at a time. One is started when a call finds none free. */
  readonly size: number;
  /** A thread without work for so long is ended. */
  readonly idleMs: number;
  /** Limits of a thread's heap; V8's own when left out. */
  readonly heap?: Pick<ResourceLimits, 'maxYoungGenerationSizeMb' | 'maxOldGenerationSizeMb'>;
}

/**
 * A call that failed in a thread. `code` is that of the error there (`SQLITE_CORRUPT`, ...), `THREAD_DIED` when the
 * thread ended in the middle of it, `THREAD_CLOSED` when the pool was closed.
 */
export class ThreadError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ThreadError';
    this.code = code;
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Goes before all calls that wait and are not urgent. */
  readonly urgent?: boolean;
}

interface Call {
  readonly method: string;
  readonly input: unknown;
  readonly urgent: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  call: Call | null;
  idleTimer: NodeJS.Timeout | null;
}

/**
 * Threads that each work on one call at a time. They start when first needed, end when idle, and are replaced when
 * they die. Waiting calls are kept here, so an aborted one costs no thread. Idle threads do not keep the process alive.
 */
export class ThreadPool<Methods extends ThreadMethods> {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Call[] = [];
  #lastId = 0;
  #closed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** How many threads live now. */
  get threads(): number {
    return this.#threads.size;
  }

  /**
   * Runs a method in a thread.
   * @throws ThreadError when it fails there; AppError `cancelled` as soon as the signal is aborted (work that has
   * begun ends unheard).
   */
  call<Name extends keyof Methods & string>(
    method: Name,
    input: Parameters<Methods[Name]>[0],
    options: CallOptions = {},
  ): Promise<Awaited<ReturnType<Methods[Name]>>> {
    return new Promise((resolve, reject) => {
      const { signal, urgent = false } = options;
      if (this.#closed) throw closedError();
      if (signal?.aborted) throw cancelledError(signal);

      const abort = (): void => {
        const place = this.#waiting.indexOf(call);
        if (place >= 0) this.#waiting.splice(place, 1);
        if (signal) reject(cancelledError(signal));
      };
      const call: Call = {
        method,
        input,
        urgent,
        resolve: (value) => {
          signal?.removeEventListener('abort', abort);
          resolve(value);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', abort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#enqueue(call);
    });
  }

  /** Ends all threads after what they are at; calls that wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.restart();
  }

  /** Ends the threads there are; the next call starts new ones. Calls in work and waiting are rejected. */
  async restart(): Promise<void> {
    for (const call of this.#waiting.splice(0)) call.reject(closedError());
    const ended = [...this.#threads].map((thread) => this.#end(thread, closedError()));
    await Promise.all(ended);
  }

  #enqueue(call: Call): void {
    const place = call.urgent ? this.#waiting.findIndex((other) => !other.urgent) : -1;
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, call);
    this.#next();
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    const thread = this.#freeThread();
    const call = thread && this.#waiting.shift();
    if (!call) return;

    if (thread.idleTimer) clearTimeout(thread.idleTimer);
    thread.call = call;
    thread.worker.ref();
    const request: ThreadRequest = { id: ++this.#lastId, method: call.method, input: call.input };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    thread.worker.postMessage(request);
  }

  #freeThread(): Thread | null {
    for (const thread of this.#threads) if (!thread.call) return thread;
    return this.#threads.size < this.#options.size ? this.#start() : null;
  }

  #start(): Thread {
    const worker = new Worker(this.#options.file, { workerData: this.#options.data, resourceLimits: this.#options.heap });
    const thread: Thread = { worker, call: null, idleTimer: null };
    this.#threads.add(thread);
    worker.on('message', (reply: ThreadReply) => this.#settle(thread, reply));
    worker.on('error', (error) => this.#lose(thread, error));
    worker.on('exit', (code) => this.#lose(thread, new Error(`The thread ended with code ${code}.`)));
    return thread;
  }

  #settle(thread: Thread, reply: ThreadReply): void {
    const call = thread.call;
    thread.call = null;
    if (!this.#threads.has(thread)) return;
    thread.worker.unref();
    thread.idleTimer = setTimeout(() => void this.#end(thread, closedError()), this.#options.idleMs).unref();
    // The method's result type is what `call` promised for this method.
    if (reply.ok) call?.resolve(reply.value as never);
    else call?.reject(new ThreadError(reply.code, reply.message));
    this.#next();
  }

  #lose(thread: Thread, cause: Error): void {
    if (!this.#threads.has(thread)) return;
    const error = new ThreadError('THREAD_DIED', `A worker thread ended in the middle of its work: ${cause.message}`, { cause });
    void this.#end(thread, error);
    this.#next();
  }

  async #end(thread: Thread, reason: ThreadError): Promise<void> {
    this.#threads.delete(thread);
    if (thread.idleTimer) clearTimeout(thread.idleTimer);
    thread.call?.reject(reason);
    thread.call = null;
    await thread.worker.terminate();
  }
}

function closedError(): ThreadError {
  return new ThreadError('THREAD_CLOSED', 'The worker threads have been closed.');
}

function cancelledError(signal: AbortSignal): AppError {
  return new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
}
