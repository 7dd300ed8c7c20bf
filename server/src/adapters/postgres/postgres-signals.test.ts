import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aJob } from '../../../testkit/builders.ts';
import { eventsConformance } from '../../../testkit/events.conformance.ts';
import { startPostgres, type PostgresServer } from '../../../testkit/postgres-server.ts';
import { queueConformance } from '../../../testkit/queue.conformance.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import { openPostgres, type Postgres } from './open-postgres.ts';

const scope = ownerScope(LOCAL_OWNER);
let server: PostgresServer;
const opened: Postgres[] = [];
beforeAll(async () => {
  server = await startPostgres();
}, 30_000);
afterAll(async () => {
  await Promise.all(opened.map(({ store }) => store.close()));
  await server?.close();
});

async function open(url?: string): Promise<Postgres> {
  const postgres = await openPostgres({ url: url ?? (await server.freshDatabase()), poolSize: 4, log: silentLog });
  opened.push(postgres);
  return postgres;
}

queueConformance('PostgresQueue', async () => (await open()).queue);
eventsConformance('PostgresEvents', () => open());

describe('two processes on one PostgreSQL database', () => {
  it('wake the readers and workers of each other', async () => {
    const url = await server.freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    await one.store.jobs.insert(scope, aJob());
    const [read, wake] = [vi.fn(), vi.fn()];
    two.events.subscribe('job_1', read);
    two.queue.onDispatch(wake);
    await one.events.publish(scope, { jobId: 'job_1', at: 7, type: 'status', data: { status: 'queued' } });
    await one.queue.dispatch({ id: 'job_1', kind: 'test' });
    await vi.waitFor(() => expect(read).toHaveBeenCalled());
    await vi.waitFor(() => expect(wake).toHaveBeenCalledWith('test'));
    expect(await two.events.after(scope, 'job_1', 0, 10)).toHaveLength(1);
  });

  it('look again after the line was broken, since they may have missed something', async () => {
    const own = await startPostgres();
    const postgres = await openPostgres({ url: await own.freshDatabase(), poolSize: 4, log: silentLog });
    const wake = vi.fn();
    postgres.queue.onDispatch(wake);
    await own.stop('crash');
    await own.start();
    await vi.waitFor(() => expect(wake).toHaveBeenCalledWith(null), { timeout: 10_000 });
    wake.mockClear();
    await postgres.queue.dispatch({ id: 'job_1', kind: 'test' });
    await vi.waitFor(() => expect(wake).toHaveBeenCalledWith('test'), { timeout: 5_000 });
    await postgres.store.close();
    await own.close();
  });
});
