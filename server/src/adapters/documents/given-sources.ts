import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Run before anything else in a process that reads documents. Modules that stand on the standard input, as JavaScript by their URL,
// are taken from there: the process needs nothing that understands TypeScript.
const sources: Record<string, string> = JSON.parse(readFileSync(0, 'utf8'));
registerHooks({
  load(url, context, next) {
    const source = sources[url];
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
  },
});
