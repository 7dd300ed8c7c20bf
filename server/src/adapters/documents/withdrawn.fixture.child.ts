import { createRequire } from 'node:module';
import { withdrawConnections } from './withdraw-connections.ts';

/** Tells which of the ways to open a connection are left once they were withdrawn. */
const require = createRequire(import.meta.url);
withdrawConnections();
const left: string[] = [];
for (const name of ['net', 'node:http', 'https', 'node:dns/promises', 'node:tls', 'child_process', 'node:worker_threads']) {
  try {
    await import(name);
    left.push(`import ${name}`);
  } catch {
    // as it should be
  }
  try {
    require(name);
    left.push(`require ${name}`);
  } catch {
    // as it should be
  }
}
if ('fetch' in globalThis || 'WebSocket' in globalThis) left.push('fetch');
if (typeof process.getBuiltinModule === 'function') left.push('getBuiltinModule');
// What parsers need is still there.
await import('node:path');
process.stdout.write(JSON.stringify(left));
