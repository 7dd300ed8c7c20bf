import { parentPort } from 'node:worker_threads';

/** What goes to a thread and comes back. */
export interface ThreadRequest {
  readonly id: number;
  readonly method: string;
  readonly input: unknown;
}

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };

/** The calls a thread answers, by name. Inputs and results are plain data. */
// oxlint-disable-next-line typescript/no-explicit-any -- only `any` lets methods with different inputs into one record
export type ThreadMethods = Record<string, (input: any) => unknown>;

/**
 * Answers the calls of a `ThreadPool`; to be called once by the file a thread runs. Results are copied to the
 * caller; what a method throws reaches it as a `ThreadError` with the error's code and message.
 */
export function serveThread(methods: ThreadMethods): void {
  const port = parentPort;
  if (!port) throw new Error('This file is to be run in a worker thread.');
  port.on('message', async (request: ThreadRequest) => {
    port.postMessage(await answer(methods, request));
  });
}

async function answer(methods: ThreadMethods, { id, method, input }: ThreadRequest): Promise<ThreadReply> {
  try {
    const work = methods[method];
    if (!work) throw new Error(`The thread has no method "${method}".`);
    return { id, ok: true, value: await work(input) };
  } catch (error) {
    const code = (error as { code?: unknown }).code; // system and SQLite errors carry one
    const message = error instanceof Error ? error.message : String(error);
    return { id, ok: false, code: typeof code === 'string' ? code : 'THREAD_FAILED', message };
  }
}
