import { threadId, workerData } from 'node:worker_threads';
import { serveThread } from './serve-thread.ts';

/** A thread for the tests of the pool. `hold` waits until the first cell of the shared memory is set. */
const methods = {
  echo: (text: string) => `${workerData as string}${text}`, // the tests give a string
  threadId: () => threadId,
  fail: (code: string) => {
    throw Object.assign(new Error('it failed'), { code });
  },
  hold: (gate: SharedArrayBuffer) => {
    Atomics.wait(new Int32Array(gate), 0, 0);
    return 'released';
  },
  die: () => process.exit(3),
};

export type EchoMethods = typeof methods;

serveThread(methods);
