import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { healthSchema } from '@scholium/contract';
import type { BenchTable } from '../bench-table.ts';
import { median, residentMiB } from '../process-figures.ts';

const CLI = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const ROUNDS = 5;
const IDLE_MS = 5000;
const GIVE_UP_MS = 30_000;

/** From `scholium serve` on an empty data folder to a good `/health`, and what the idle server then holds. */
export async function run(): Promise<BenchTable> {
  const starts: Start[] = [];
  for (let round = 0; round < ROUNDS; round++) starts.push(await start());
  const seconds = median(starts.map(({ readyMs }) => readyMs)) / 1000;
  const idle = median(starts.map(({ idleMiB }) => idleMiB));
  // 1 MB is 10^6 bytes.
  const idleMB = (idle * 2 ** 20) / 1e6;
  return {
    name: 'Start of the server',
    rows: [
      { what: 'from the command to a good /health', value: seconds, unit: 's', goal: '< 2 s', ok: seconds < 2 },
      { what: 'slowest of them', value: Math.max(...starts.map(({ readyMs }) => readyMs)) / 1000, unit: 's' },
      { what: `memory after ${IDLE_MS / 1000} s at rest`, value: idleMB, unit: 'MB', goal: '< 200 MB', ok: idleMB < 200 },
    ],
  };
}

interface Start {
  readonly readyMs: number;
  readonly idleMiB: number;
}

async function start(): Promise<Start> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-startup-bench-'));
  const port = await freePort();
  const startedAt = performance.now();
  const server = spawn(process.execPath, [CLI, 'serve'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, PORT: String(port), DATA_DIR: folder, DATABASE_URL: '', LOG_LEVEL: 'silent' },
  });
  try {
    if (server.pid === undefined) throw new Error('The server could not be started.');
    await healthy(server, `http://127.0.0.1:${port}/health`);
    const readyMs = performance.now() - startedAt;
    await sleep(IDLE_MS);
    return { readyMs, idleMiB: residentMiB(server.pid, 'VmRSS') };
  } finally {
    await stop(server);
    await rm(folder, { recursive: true, force: true });
  }
}

async function healthy(server: ChildProcess, url: string): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  let last = 'no answer';
  while (performance.now() < giveUpAt) {
    if (server.exitCode !== null) throw new Error(`The server ended at its start with code ${server.exitCode}.`);
    try {
      const { status, dependencies } = healthSchema.parse(await (await fetch(url)).json());
      if (status === 'ok') return;
      last = dependencies.map((one) => `${one.name} ${one.status}: ${one.message}`).join('; ');
    } catch (error) {
      last = String(error); // it does not listen yet
    }
    await sleep(10);
  }
  throw new Error(`The server was not healthy within ${GIVE_UP_MS / 1000} s: ${last}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  const force = setTimeout(() => server.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(force);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo; // a TCP server that listens has one
  probe.close();
  await once(probe, 'close');
  return port;
}
