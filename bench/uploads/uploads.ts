import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { median, residentMiB } from '../process-figures.ts';
import { inFolder, startScholium } from '../scholium-process.ts';
import { beginUpload, giveUp, sendBytes } from './send-bytes.ts';

const BARE = fileURLToPath(new URL('./bare-server.child.ts', import.meta.url));
const HEALTH = fileURLToPath(new URL('./ask-health.child.ts', import.meta.url));
const MIB = 1024 * 1024;
const ROUNDS = 3;
const SMALL_BYTES = 64 * MIB;
const LARGE_BYTES = 1024 * MIB;
const STORM = 200;
const STORM_BYTES = MIB;

/**
 * A large file in pieces (durable after each: synced, and in the database) against a bare Node HTTP server that only writes the same
 * bytes to the same disk, in turn; the most memory the server holds for a file and for one 16 times as large; and how fast it answers
 * `/health/live` while 200 uploads come at once, half of them given up on the way.
 */
export async function run({ short }: BenchOptions): Promise<BenchTable> {
  const largeBytes = short ? 2 * SMALL_BYTES : LARGE_BYTES;
  return inFolder(async (folder) => {
    const bare = fork(BARE, [join(folder, 'bare.bin')]);
    const server = await startScholium(['serve', '--role', 'api', '--port', '0'], { folder });
    try {
      const root = server.client.urlOf('').replace(/\/api$/, '');
      const [bareUrl] = (await once(bare, 'message')) as [string]; // what it sends
      const ours = async (sizeBytes: number): Promise<number> => {
        const { url, how } = await beginUpload(root, sizeBytes);
        const tookMs = await sendBytes(url, sizeBytes, how);
        await giveUp(url);
        return tookMs;
      };
      await ours(SMALL_BYTES);
      const smallMiB = residentMiB(server.pid, 'VmHWM');
      const [oursMs, bareMs]: [number[], number[]] = [[], []];
      for (let round = 0; round < (short ? 1 : ROUNDS); round += 1) {
        bareMs.push(await sendBytes(bareUrl, largeBytes, { method: 'PUT', headers: {} }));
        oursMs.push(await ours(largeBytes));
      }
      const largeMiB = residentMiB(server.pid, 'VmHWM');
      const health = await answerDuring(`${root}/health/live`, () => storm(root));
      return tableOf({ bareMs: median(bareMs), oursMs: median(oursMs), smallMiB, largeMiB, largeBytes, health });
    } finally {
      bare.disconnect();
      await server.end('SIGTERM');
    }
  });
}

/** The 99th percentile of how long answers took while `work` was done, asked by a process that does nothing else. */
async function answerDuring(url: string, work: () => Promise<void>): Promise<number> {
  const asker = fork(HEALTH, [url]);
  await once(asker, 'message');
  await work();
  const told = once(asker, 'message');
  asker.send('stop');
  const [times] = (await told) as [number[]]; // what it sends
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

async function storm(root: string): Promise<void> {
  const body = Buffer.alloc(STORM_BYTES, 7);
  await Promise.all(
    Array.from({ length: STORM }, async (_, number) => {
      const { url, how } = await beginUpload(root, STORM_BYTES);
      const sent = request(url, { method: how.method, headers: { ...how.headers, 'content-length': String(STORM_BYTES) } });
      sent.on('error', () => {}); // those that are given up, and those over the limit of bodies at a time
      const ended = new Promise((resolve) => sent.once('close', resolve));
      sent.on('response', (reply) => reply.resume());
      if (number % 2 === 0) sent.write(body.subarray(0, STORM_BYTES / 2), () => sent.destroy());
      else sent.end(body);
      await ended;
    }),
  );
}

function tableOf(found: {
  readonly bareMs: number;
  readonly oursMs: number;
  readonly smallMiB: number;
  readonly largeMiB: number;
  readonly largeBytes: number;
  readonly health: number;
}): BenchTable {
  const { bareMs, oursMs, smallMiB, largeMiB, largeBytes, health } = found;
  const perSecond = (tookMs: number): number => largeBytes / MIB / (tookMs / 1000);
  const [speed, memory] = [bareMs / oursMs, largeMiB / smallMiB];
  return {
    name: `Upload of ${largeBytes / MIB} MiB in pieces`,
    rows: [
      { what: 'bare Node server, to disk', value: perSecond(bareMs), unit: 'MiB/s' },
      { what: 'resumable upload', value: perSecond(oursMs), unit: 'MiB/s' },
      { what: 'resumable / bare', value: speed, unit: '', goal: '>= 0.7', ok: speed >= 0.7 },
      { what: `most memory, ${SMALL_BYTES / MIB} MiB`, value: smallMiB, unit: 'MiB' },
      { what: `most memory, ${largeBytes / MIB} MiB`, value: largeMiB, unit: 'MiB' },
      { what: 'large / small', value: memory, unit: '', goal: '<= 1.2', ok: memory <= 1.2 },
      { what: `/health/live, p99 during ${STORM} uploads`, value: health, unit: 'ms', goal: '< 100 ms', ok: health < 100 },
    ],
  };
}
