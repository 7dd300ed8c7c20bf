import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aJob } from '../../../testkit/builders.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import type { Store } from '../../core/ports/store.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

const local = ownerScope(LOCAL_OWNER);

describe('processes that are killed', () => {
  let folder: string;
  let path: string;
  let store: Store;
  let children: ChildProcess[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-faults-'));
    path = join(folder, 'scholium.db');
    store = await openSqliteStore({ path, log: silentLog });
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a child and resolves once it has printed the line. */
  async function startChild(mode: 'worker' | 'transaction', line: string, workerId = '', leaseMs = 300): Promise<ChildProcess> {
    const script = join(import.meta.dirname, 'faults.child.ts');
    const child = spawn(process.execPath, [script, mode, path, workerId, String(leaseMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    if (!child.stdout) throw new Error('The child has no output.');
    for await (const said of createInterface({ input: child.stdout })) if (said === line) return child;
    throw new Error(`The child ended without saying "${line}".`);
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  it('in the middle of a transaction leave all that was acknowledged and nothing of the rest', async () => {
    const child = await startChild('transaction', 'in the middle');
    await kill(child);
    const database = new Sqlite(path);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
    const courses = await store.courses.list(local, {}, { cursor: null, limit: 10 });
    expect(courses.items.map((course) => course.id)).toEqual(['acknowledged']);
  });

  it('five times in the middle of a job do not keep it from being done, once', async () => {
    await store.jobs.insert(local, aJob({ payload: { hangs: 5 }, maxAttempts: 6 }));
    for (let i = 0; i < 5; i += 1) await kill(await startChild('worker', 'begun job_1', `killed-${i}`));
    await startChild('worker', 'begun job_1', 'last');
    await vi.waitFor(async () => expect((await store.jobs.find(local, 'job_1'))?.status).toBe('succeeded'), { timeout: 10_000 });
    expect(await store.jobs.find(local, 'job_1')).toMatchObject({ attempts: 6, result: { workerId: 'last' }, error: null });
    expect((await store.courses.list(local, {}, { cursor: null, limit: 10 })).items).toHaveLength(1);
  });

  it('by a poison job make it a dead letter after its tries, while the others are done', async () => {
    await store.jobs.insert(local, aJob({ id: 'job_1', payload: { hangs: 99 }, maxAttempts: 2, createdAt: 1 }));
    for (let i = 0; i < 2; i += 1) await kill(await startChild('worker', 'begun job_1', `killed-${i}`));
    await store.jobs.insert(local, aJob({ id: 'job_2', payload: { hangs: 0 }, createdAt: 2 }));
    await startChild('worker', 'ready', 'last');
    await vi.waitFor(async () => expect((await store.jobs.find(local, 'job_1'))?.status).toBe('failed'), { timeout: 10_000 });
    const lost = await store.jobs.find(local, 'job_1');
    expect(lost).toMatchObject({ attempts: 2, error: { code: 'job_lost' }, deadLetteredAt: expect.any(Number) as number });
    expect(lost?.cause).toContain('killed-1');
    await vi.waitFor(async () => expect((await store.jobs.find(local, 'job_2'))?.status).toBe('succeeded'), { timeout: 10_000 });
  });

  it('or not, two workers on one file run each job once', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `job_${i}`);
    for (const [i, id] of ids.entries()) await store.jobs.insert(local, aJob({ id, payload: { hangs: 0 }, createdAt: i }));
    // A long lease: on a busy machine a short one runs out, and a second try would be right.
    await Promise.all([startChild('worker', 'ready', 'one', 60_000), startChild('worker', 'ready', 'two', 60_000)]);
    await vi.waitFor(async () => expect(await store.jobs.nextDueAt(['test'])).toBeNull(), { timeout: 20_000 });
    const jobs = (await store.jobs.list(local, {}, { cursor: null, limit: 100 })).items;
    expect(jobs.map((job) => [job.status, job.attempts])).toEqual(ids.map(() => ['succeeded', 1]));
    expect((await store.courses.list(local, {}, { cursor: null, limit: 100 })).items).toHaveLength(40);
  });
});
