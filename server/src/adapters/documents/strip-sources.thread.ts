import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const sources: Record<string, string> = {};
const waiting = [...(workerData as string[])]; // URLs (see stripped-sources.ts)
for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
  if (url in sources) continue;
  const source = stripTypeScriptTypes(readFileSync(new URL(url), 'utf8'));
  sources[url] = source;
  for (const [, specifier] of source.matchAll(/\b(?:from|import)[\s(]*'(\.[^']+\.ts)'/g)) {
    if (specifier !== undefined) waiting.push(new URL(specifier, url).href);
  }
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node, not a window
parentPort?.postMessage(sources);
