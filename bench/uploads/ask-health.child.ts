import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 10;

/** Asks a server how it is until a message comes; sends back how long each answer took, in milliseconds. */
async function askHealth(url: string): Promise<void> {
  const stop = new AbortController();
  process.once('message', () => stop.abort());
  const times: number[] = [];
  process.send?.('begun');
  while (!stop.signal.aborted) {
    const from = performance.now();
    await (await fetch(url)).arrayBuffer();
    times.push(performance.now() - from);
    await sleep(EVERY_MS);
  }
  process.send?.(times, () => process.disconnect());
}

const [url] = process.argv.slice(2);
if (url !== undefined) await askHealth(url);
