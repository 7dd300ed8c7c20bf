import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../core/domain/app-error.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { walSync } from './wal-sync.ts';

interface Tables {
  notes: { id: number };
}

/** A disk that syncs when it is told to. */
function gatedDisk() {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    waiting,
    settled: () => new Promise<void>((resolve, reject) => void waiting.push({ resolve, reject })),
  };
}

/** What a promise has come to, once everything that needs no disk has run. */
async function stateOf(promise: Promise<unknown>): Promise<'waits' | 'done' | 'failed'> {
  const settled = promise.then(
    () => 'done' as const,
    () => 'failed' as const,
  );
  const later = new Promise<'waits'>((resolve) => setImmediate(() => setImmediate(() => resolve('waits'))));
  return Promise.race([settled, later]);
}

describe('a write', () => {
  let disk: ReturnType<typeof gatedDisk>;
  let db: Kysely<Tables>;

  beforeEach(async () => {
    const database = new Sqlite(':memory:');
    database.exec('create table notes (id integer primary key)');
    disk = gatedDisk();
    db = new Kysely<Tables>({ dialect: sqliteDialect(database, disk) });
  });
  afterEach(() => db.destroy());

  const insert = (id: number) => db.insertInto('notes').values({ id }).execute();
  const read = () => db.selectFrom('notes').select('id').execute();

  it('is acknowledged when it is on the disk, not before; others go on meanwhile', async () => {
    const [first, second] = [insert(1), insert(2)];
    expect(await stateOf(first)).toBe('waits');
    expect(await read()).toEqual([{ id: 1 }, { id: 2 }]);
    expect(disk.waiting).toHaveLength(2);
    disk.waiting[0]?.resolve();
    expect([await stateOf(first), await stateOf(second)]).toEqual(['done', 'waits']);
    disk.waiting[1]?.resolve();
    expect(await stateOf(second)).toBe('done');
  });

  it('with a result is waited for as well, and so is a transaction, once', async () => {
    const returning = db.insertInto('notes').values({ id: 1 }).returning('id').execute();
    expect(await stateOf(returning)).toBe('waits');
    disk.waiting[0]?.resolve();
    expect(await returning).toEqual([{ id: 1 }]);
    const transaction = db.transaction().execute(async (tx) => {
      await tx.insertInto('notes').values({ id: 2 }).execute();
      await tx.insertInto('notes').values({ id: 3 }).execute();
    });
    expect(await stateOf(transaction)).toBe('waits');
    expect(disk.waiting).toHaveLength(2);
    disk.waiting[1]?.resolve();
    await transaction;
  });

  it('fails when the disk refuses it', async () => {
    const write = insert(1);
    expect(await stateOf(write)).toBe('waits');
    disk.waiting[0]?.reject(new AppError('database_unavailable', 'Check the disk.'));
    await expect(write).rejects.toMatchObject({ code: 'database_unavailable' });
  });

  it('is not waited for where nothing was written', async () => {
    await read();
    await db.transaction().execute((tx) => sql`select 1`.execute(tx));
    expect(disk.waiting).toHaveLength(0);
  });

  it('waits for its turn while another is in a transaction', async () => {
    let end = (): void => {};
    const long = db.transaction().execute(() => new Promise<void>((resolve) => (end = resolve)));
    const write = insert(1);
    expect(await stateOf(write)).toBe('waits');
    expect(disk.waiting).toHaveLength(0);
    end();
    await long;
    expect(await stateOf(write)).toBe('waits');
    expect(disk.waiting).toHaveLength(1);
    disk.waiting[0]?.resolve();
    await write;
  });
});

describe('the sync of the write-ahead log', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-wal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is shared by those who come while another goes on, and done again for who comes later', async () => {
    const path = join(folder, 'a.db');
    const database = new Sqlite(path);
    database.pragma('journal_mode = wal');
    database.exec('create table notes (id integer primary key)');
    const wal = walSync(path);
    const first = wal.settled();
    const [second, third] = [wal.settled(), wal.settled()];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    await Promise.all([first, second, third]);
    await wal.settled();
    await wal.close();
    database.close();
  });

  it('says so when there is no log to sync, and tries again the next time', async () => {
    const path = join(folder, 'b.db');
    const wal = walSync(path);
    await expect(wal.settled()).rejects.toMatchObject({ code: 'database_unavailable' });
    const database = new Sqlite(path);
    database.pragma('journal_mode = wal');
    database.exec('create table notes (id integer primary key)');
    await wal.settled();
    await wal.close();
    database.close();
  });
});
