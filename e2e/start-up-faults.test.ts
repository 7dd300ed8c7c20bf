import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '@scholium/server/testkit/postgres-server.ts';
import { startRedis } from '@scholium/server/testkit/redis-server.ts';
import { runScholium, type Run } from './support/run-scholium.ts';
import { startServer } from './support/start-server.ts';
import { makeTestFolder, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

describe('a start that cannot work says which part is wrong and how to mend it', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;

  beforeEach(async () => {
    folder = await makeTestFolder();
  });
  afterEach(() => folder.remove());

  /** One sentence or two for people, and nothing of the program's inside. */
  function expectSentence(run: Run, sentence: RegExp): void {
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr).not.toMatch(/^\s+at |node_modules|\.ts:\d/m);
  }

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    try {
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo; // a TCP server that listens has one
      const run = await runScholium(['serve', '--port', String(port)], { folder: folder.path });
      expectSentence(run, new RegExp(`Port ${port} is taken by another program.*PORT=`));
    } finally {
      other.close();
    }
  });

  it.each([
    ['no key', {}, /HOST=0\.0\.0\.0 would let everybody in.*API_KEY/],
    ['a key that can be guessed', { API_KEY: 'secret' }, /API_KEY can be guessed/],
    ['a key that is long and can be guessed', { API_KEY: 'a'.repeat(40) }, /API_KEY can be guessed/],
    ['a key that no header can carry', { API_KEY: 'a key with spaces in it' }, /API_KEY may hold/],
  ])('an address that others can reach, with %s', async (_, environment, sentence) => {
    const run = await runScholium(['serve', '--host', '0.0.0.0', '--port', '0'], { folder: folder.path, environment });
    expectSentence(run, sentence);
  });

  it('a key that can be guessed, in production', async () => {
    const environment = { API_KEY: 'secret', APP_ENV: 'production' };
    expectSentence(await runScholium(['serve', '--port', '0'], { folder: folder.path, environment }), /API_KEY can be guessed/);
  });

  it('a data folder that is a file', async () => {
    await writeFile(join(folder.path, 'data'), 'not a folder');
    expectSentence(await runScholium(['serve', '--port', '0'], { folder: folder.path }), /DATA_DIR/);
  });

  it('a data folder that cannot be made, whoever asks', async () => {
    // Nobody can make folders there, not even root.
    const environment = { DATA_DIR: '/sys/scholium' };
    expectSentence(await runScholium(['serve', '--port', '0'], { folder: folder.path, environment }), /DATA_DIR/);
  });

  it.each([
    ['DATA_DIR', '/proc/x', /DATA_DIR/],
    ['DATA_DIR', '/proc/x/y', /DATA_DIR/],
    ['LOG_DIR', '/proc/x', /LOG_DIR/],
    ['LOG_DIR', '/proc/x/y', /LOG_DIR/],
    ['DATABASE_URL', '/proc/x.db', /DATABASE_URL/],
    ['DATABASE_URL', '/proc/x/y.db', /DATABASE_URL/],
  ])('%s=%s, where a parent is there and is said to be missing', { timeout: 30_000 }, async (name, value, sentence) => {
    // Node's own recursive mkdir goes round for ever there; a run that hangs fails by the time limit.
    const run = await runScholium(['serve', '--port', '0'], { folder: folder.path, environment: { [name]: value } });
    expectSentence(run, sentence);
  });

  it('a database that is none', async () => {
    const environment = { DB_PATH: join(folder.path, 'text.db') };
    await writeFile(environment.DB_PATH, 'this is not a database, and it is long enough to be looked at. '.repeat(100));
    expectSentence(await runScholium(['serve', '--port', '0'], { folder: folder.path, environment }), /not a database.*DB_PATH/);
  });

  it('a variable that cannot be used', async () => {
    expectSentence(await runScholium(['serve'], { folder: folder.path, environment: { PORT: 'http' } }), /PORT .*whole number/);
  });

  it('two names of one setting that disagree', async () => {
    const environment = { DB_PATH: '/tmp/a.db', DATABASE_URL: 'sqlite:///tmp/b.db' };
    expectSentence(await runScholium(['serve'], { folder: folder.path, environment }), /DATABASE_URL and DB_PATH/);
  });

  it('what is found after PostgreSQL and Redis are connected: the process ends all the same', { timeout: 60_000 }, async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    try {
      const environment = {
        DATABASE_URL: await postgres.freshDatabase(),
        REDIS_URL: redis.url,
        FETCH_ALLOW_PRIVATE: '10.0.0.0/99',
      };
      const run = await runScholium(['worker'], { folder: folder.path, environment, timeoutMs: 30_000 });
      expectSentence(run, /FETCH_ALLOW_PRIVATE holds "10\.0\.0\.0\/99"/);
    } finally {
      await Promise.all([postgres.close(), redis.close()]);
    }
  });

  it('ffmpeg that is missing: the start warns, transcribing says so, the doctor finds it', async () => {
    const environment = { FFMPEG_PATH: '/nonexistent/ffmpeg' };
    const server = await startServer(folder.path, environment);
    try {
      await waitUntil('the server warns', () => /ffmpeg was not found\. Install it/.test(server.stderr()));
    } finally {
      await server.end('SIGTERM');
    }
    expectSentence(
      await runScholium(['transcribe', TIDES], { folder: folder.path, environment }),
      /ffmpeg was not found\. Install it/,
    );
    const doctor = await runScholium(['doctor'], { folder: folder.path, environment });
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(/problem\s+ffmpeg/);
  });
});
