import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aJob } from '../../../testkit/builders.ts';
import { startPostgres, type PostgresServer } from '../../../testkit/postgres-server.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { storeConformance } from '../../../testkit/store.conformance.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import type { Store } from '../../core/ports/store.ts';
import { openPostgresPool } from './postgres-pool.ts';
import { openPostgresStore } from './open-postgres-store.ts';

const scope = ownerScope(LOCAL_OWNER);
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 30_000);
afterAll(() => server?.close());

const open = (url: string, poolSize = 4): Promise<Store> =>
  openPostgresStore({ pool: openPostgresPool({ url, poolSize, log: silentLog }), log: silentLog });

storeConformance('PostgresStore', async () => open(await server.freshDatabase()));

describe('a store in PostgreSQL', () => {
  it('is migrated once by twenty that start together', async () => {
    const url = await server.freshDatabase();
    const stores = await Promise.all(Array.from({ length: 20 }, () => open(url, 2)));
    await Promise.all(stores.map((store) => store.check()));
    await Promise.all(stores.map((store) => store.close()));
  });

  it('gives each of 200 jobs to one of eight workers', async () => {
    const url = await server.freshDatabase();
    const stores = await Promise.all(Array.from({ length: 8 }, () => open(url, 2)));
    const ids = Array.from({ length: 200 }, (_, n) => `job_${n}`);
    for (const [n, id] of ids.entries()) await stores[0]!.jobs.insert(scope, aJob({ id, createdAt: n }));
    const taken: string[] = [];
    const work = async (store: Store, workerId: string): Promise<void> => {
      const terms = { kinds: ['test'], workerId, now: 5_000, leaseMs: 60_000, executedBy: 'worker' as const };
      for (let job = await store.jobs.claim(terms); job; job = await store.jobs.claim(terms)) {
        taken.push(job.id);
        const lease = { jobId: job.id, workerId, token: job.lease?.token ?? 0 };
        expect(await store.jobs.finish(lease, { kind: 'done', result: null }, 6_000)).toBe(true);
      }
    };
    await Promise.all(stores.map((store, n) => work(store, `w${n}`)));
    expect(taken.toSorted()).toEqual(ids.toSorted());
    await Promise.all(stores.map((store) => store.close()));
  });

  it('outlives a restart of the server: the call in between says so, the next one works', async () => {
    const own = await startPostgres();
    const store = await open(await own.freshDatabase());
    await store.jobs.insert(scope, aJob());
    await own.stop('crash');
    await expect(store.jobs.find(scope, 'job_1')).rejects.toMatchObject({ code: 'database_unavailable', permanent: false });
    await expect(store.check()).rejects.toMatchObject({ code: 'database_unavailable' });
    await own.start();
    expect((await store.jobs.find(scope, 'job_1'))?.id).toBe('job_1');
    await store.close();
    await own.close();
  });

  it('rolls back a transaction whose connection is lost, and tells it', async () => {
    const own = await startPostgres();
    const store = await open(await own.freshDatabase());
    const work = store.transaction(async (tx) => {
      await tx.jobs.insert(scope, aJob());
      await own.stop('crash');
      await own.start();
      await tx.jobs.find(scope, 'job_1');
    });
    await expect(work).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await store.jobs.find(scope, 'job_1')).toBeNull();
    await store.close();
    await own.close();
  });

  it('says what is wrong with its address', async () => {
    const url = await server.freshDatabase();
    await expect(open(url.replace(/\/[^/]*$/, '/nothing'))).rejects.toMatchObject({ detail: /no database of the name/ });
    await expect(open('postgresql://x@127.0.0.1:1/x')).rejects.toMatchObject({ detail: /cannot be reached/ });
  });
});
