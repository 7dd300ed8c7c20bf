import { registerHooks } from 'node:module';

/** What opens connections, starts programs or looks into the process. Node's permissions see to files, programs and threads besides. */
const FORBIDDEN =
  /^(?:node:)?(?:net|tls|dns|dns\/promises|dgram|http|https|http2|quic|child_process|cluster|worker_threads|inspector|inspector\/promises|repl|wasi)$/;

/**
 * Takes away from this process, for good, what opens connections: the permissions of Node 24 do not know the network. A second lock
 * beside the empty network that the process has where the machine allows it (`run-reader.ts`).
 */
export function withdrawConnections(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (FORBIDDEN.test(specifier)) throw new Error(`A reader of documents may not use ${specifier}.`);
      return next(specifier, context);
    },
  });
  for (const name of ['fetch', 'WebSocket', 'EventSource']) Reflect.deleteProperty(globalThis, name);
  Reflect.set(process, 'getBuiltinModule', undefined);
}
