import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCourse, aJob } from '../../../testkit/builders.ts';
import { recordingLog, silentLog } from '../../../testkit/silent-log.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

const local = ownerScope(LOCAL_OWNER);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-open-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('opening the SQLite store', () => {
  it('makes the folder and the file, migrates once, and keeps what was written', async () => {
    const path = join(folder, 'new', 'deep', 'scholium.db');
    const log = recordingLog();
    const store = await openSqliteStore({ path, log });
    await store.courses.insert(local, aCourse());
    await store.close();
    const again = await openSqliteStore({ path, log });
    expect(await again.courses.find(local, 'course-1')).toEqual(aCourse());
    await again.close();
    await again.close();
    expect(log.lines.map((line) => line.event)).toEqual(['database.migrated']);
  });

  it('keeps a write-ahead log', async () => {
    const path = join(folder, 'pragmas.db');
    await (await openSqliteStore({ path, log: silentLog })).close();
    const database = new Sqlite(path);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    database.close();
  });

  it('migrates once when several open a new file together', async () => {
    const path = join(folder, 'together.db');
    const log = recordingLog();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openSqliteStore({ path, log })));
    expect(log.lines).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it.each([
    [
      'not a database',
      async (path: string) => writeFile(path, 'Dear diary, this is not a database at all. '.repeat(50)),
      /backup/,
    ],
    ['a folder', async (path: string) => void (await mkdir(path)), /DB_PATH/],
    ['below a file', async (path: string) => writeFile(join(path, '..', 'plain'), 'x'), /DB_PATH/],
  ])('says what to do when the path is %s', async (what, prepare, cure) => {
    const path = what === 'below a file' ? join(folder, 'plain', 'x.db') : join(folder, `${what.replaceAll(' ', '-')}.db`);
    await prepare(what === 'below a file' ? join(folder, 'x') : path);
    const opening = openSqliteStore({ path, log: silentLog });
    await expect(opening).rejects.toMatchObject({ code: 'database_unavailable', detail: expect.stringMatching(cure) as string });
    await expect(opening).rejects.not.toMatchObject({ detail: expect.stringContaining(folder) as string });
  });

  it('refuses a database that a newer version made', async () => {
    const path = join(folder, 'newer.db');
    await (await openSqliteStore({ path, log: silentLog })).close();
    const database = new Sqlite(path);
    database
      .prepare('insert into kysely_migration (name, timestamp) values (?, ?)')
      .run('9999-future', '2999-01-01T00:00:00.000Z');
    database.close();
    const opening = openSqliteStore({ path, log: silentLog });
    await expect(opening).rejects.toMatchObject({
      code: 'database_unavailable',
      detail: expect.stringContaining('newer version') as string,
    });
  });

  it('waits for the write of another connection without blocking the event loop', async () => {
    const path = join(folder, 'busy.db');
    const [one, two] = [await openSqliteStore({ path, log: silentLog }), await openSqliteStore({ path, log: silentLog })];
    const order: string[] = [];
    let begun = (): void => {};
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = one.transaction(async (tx) => {
      await tx.courses.insert(local, aCourse({ id: 'a' }));
      begun();
      await held;
      order.push('first');
    });
    await beginning;
    expect(await two.courses.find(local, 'a')).toBeNull(); // reads never wait, and see nothing that is not committed
    const second = two.courses.insert(local, aCourse({ id: 'b' })).then(() => order.push('second'));
    for (let turns = 0; turns < 20; turns += 1) await nextTurn();
    expect(order).toEqual([]);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    await Promise.all([one.close(), two.close()]);
  });

  it('gives each job to one of two connections that race for it', async () => {
    const path = join(folder, 'race.db');
    const stores = [await openSqliteStore({ path, log: silentLog }), await openSqliteStore({ path, log: silentLog })];
    for (let i = 0; i < 30; i += 1) await stores[0]?.jobs.insert(local, aJob({ id: `job_${i}`, createdAt: i }));
    const got: string[] = [];
    const workers = stores.flatMap((store, s) => [0, 1].map((w) => ({ store, workerId: `w${s}${w}` })));
    const drain = async ({ store, workerId }: (typeof workers)[number]): Promise<void> => {
      for (;;) {
        const job = await store.jobs.claim({ kinds: ['test'], workerId, now: 1_000, leaseMs: 60_000, executedBy: 'worker' });
        if (!job) return;
        expect(job.attempts).toBe(1);
        got.push(job.id);
      }
    };
    await Promise.all(workers.map(drain));
    expect(got).toHaveLength(30);
    expect(new Set(got).size).toBe(30);
    await Promise.all(stores.map((store) => store.close()));
  });
});
