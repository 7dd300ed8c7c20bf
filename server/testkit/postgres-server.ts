import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort, idsOf, startGuarded } from './guarded-process.ts';

export interface PostgresServer {
  readonly port: number;
  /** Makes an empty database and returns its address. */
  freshDatabase(): Promise<string>;
  /** Stops it at once, as a crash does, or in good order; `start` brings it back on the same port with its data. */
  stop(how?: 'fast' | 'crash'): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

/** It refuses to run as root. */
const USER = 'postgres';

/** A real PostgreSQL server on a private port in a temporary folder; it ends with the test process. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = programFolder();
  const folder = await mkdtemp(join(tmpdir(), 'scholium-postgres-'));
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  const ids = isRoot ? idsOf(USER) : {};
  if (isRoot) for (const path of [folder, data]) chownSync(path, idsOf(USER).uid, idsOf(USER).gid);
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'], {
    ...ids,
    cwd: folder,
    stdio: 'pipe',
  });
  const port = await freePort();
  // Nothing here must survive a power cut.
  const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=200', 'shared_buffers=32MB'];
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...settings.flatMap((one) => ['-c', one])];
  const urlOf = (database: string): string => `postgresql://${USER}@127.0.0.1:${port}/${database}`;
  let running = startGuarded(join(bin, 'postgres'), args, { cwd: folder, user: USER });
  let databases = 0;

  const server: PostgresServer = {
    port,
    async freshDatabase() {
      const name = `test_${process.pid}_${databases++}`;
      await withClient(urlOf('postgres'), (client) => client.query(`create database ${name}`));
      return urlOf(name);
    },
    stop: (how = 'fast') => running.end(how === 'fast' ? 'INT' : 'QUIT'),
    async start() {
      running = startGuarded(join(bin, 'postgres'), args, { cwd: folder, user: USER });
      await answers(urlOf('postgres'), running.ended);
    },
    async close() {
      await running.end('QUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await answers(urlOf('postgres'), running.ended);
  return server;
}

/** Debian keeps the programs of each version in a folder of their own, not on the path. */
function programFolder(): string {
  const root = '/usr/lib/postgresql';
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  if (!versions[0]) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return join(root, versions[0], 'bin');
}

async function answers(url: string, ended: Promise<string>): Promise<void> {
  let isOver: string | null = null;
  void ended.then((output) => (isOver = output));
  for (;;) {
    if (isOver !== null) throw new Error(`PostgreSQL did not start: ${String(isOver)}`);
    try {
      return await withClient(url, async (client) => void (await client.query('select 1')));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 30)); // until it listens
    }
  }
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // told by the query
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
