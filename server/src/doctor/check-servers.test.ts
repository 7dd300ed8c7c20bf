import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startGcsServer, type GcsServer } from '../../testkit/gcs-server.ts';
import { freePort } from '../../testkit/guarded-process.ts';
import { startPostgres, type PostgresServer } from '../../testkit/postgres-server.ts';
import { startRedis, type RedisServer } from '../../testkit/redis-server.ts';
import { startS3Server, type S3Server } from '../../testkit/s3-server.ts';
import { silentLog } from '../../testkit/silent-log.ts';
import { openGcsBlobs } from '../adapters/gcs/gcs-blobs.ts';
import type { GcsBlobsOptions } from '../adapters/gcs/gcs-bucket.ts';
import { openPostgresStore } from '../adapters/postgres/open-postgres-store.ts';
import { openPostgresPool } from '../adapters/postgres/postgres-pool.ts';
import { openS3Blobs } from '../adapters/s3/s3-blobs.ts';
import type { S3BlobsOptions } from '../adapters/s3/s3-bucket.ts';
import { bucketOf, checkBucket } from './check-bucket.ts';
import { checkPostgres, examinePostgres, type Asker } from './check-postgres.ts';
import { checkRedisServer } from './check-redis.ts';
import type { Finding } from './finding.ts';

/** A cure is one sentence. */
function expectCures(findings: readonly Finding[]): void {
  for (const { status, cure } of findings) {
    if (status === 'ok') expect(cure).toBeNull();
    else expect(cure).toMatch(/^\p{Lu}.*[^.]\.$/u);
  }
}

describe('the doctor looking at PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    const root = (await server.freshDatabase()).replace(/[^/]+$/, 'postgres');
    await run(root, `CREATE ROLE guest LOGIN PASSWORD 'right'; CREATE ROLE stranger LOGIN`);
    // Everybody is trusted there: one who is asked for a password comes first.
    await run(
      root,
      `DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(ARRAY[%L, %L])) TO %L',
         'host all guest all scram-sha-256', 'host all all all trust', current_setting('hba_file')); END $$`,
    );
    await server.stop();
    await server.start();
  });
  afterAll(() => server?.close());

  const as = (url: string, user: string): string => url.replace('//postgres@', `//${user}@`);
  const migrated = async (url: string): Promise<void> =>
    (await openPostgresStore({ pool: openPostgresPool({ url, poolSize: 1, log: silentLog }), log: silentLog })).close();

  it('is content with an empty database, and calls a server without pgvector degraded', async () => {
    const findings = await checkPostgres(await server.freshDatabase());
    expect(findings).toEqual([
      matching({ name: 'PostgreSQL', status: 'ok', message: /^Version \d+\.\d+ answers at 127\.0\.0\.1:\d+ / }),
      matching({ name: 'Tables', status: 'ok', message: /will be made at the first start/ }),
      matching({ name: 'pgvector', status: 'warning', message: /degraded/, cure: /postgresql-\d+-pgvector/ }),
    ]);
    expectCures(findings);
  });

  it('leaves the database as it was', async () => {
    const url = await server.freshDatabase();
    await checkPostgres(url);
    expect((await run(url, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).rows).toEqual([]);
  });

  it('counts the updates that are to be made, and knows when there are none', async () => {
    const url = await server.freshDatabase();
    await migrated(url);
    expect((await checkPostgres(url))[1]).toMatchObject({ status: 'ok', message: 'They are up to date.' });
    await run(url, `DELETE FROM kysely_migration WHERE name IN ('0008-threads', '0009-presets')`);
    expect((await checkPostgres(url))[1]).toMatchObject({ status: 'ok', message: expect.stringContaining('2 updates') });
  });

  it('finds a database of a newer version', async () => {
    const url = await server.freshDatabase();
    await migrated(url);
    await run(url, `INSERT INTO kysely_migration VALUES ('9999-later', 'now')`);
    const findings = await checkPostgres(url);
    expect(findings[1]).toMatchObject({ status: 'problem', message: expect.stringContaining('newer version') });
    expectCures(findings);
  });

  it('finds a user who may not make tables, and one whose tables belong to somebody else', async () => {
    const url = await server.freshDatabase();
    const empty = await checkPostgres(as(url, 'stranger'));
    expect(empty[1]).toMatchObject({ status: 'problem', message: expect.stringContaining('may not make tables') });
    await migrated(url);
    await run(url, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO stranger; GRANT CREATE ON SCHEMA public TO stranger');
    const reader = await checkPostgres(as(url, 'stranger'));
    expect(reader[1]).toMatchObject({ status: 'problem', cure: expect.stringContaining('"postgres"') });
    await run(url, 'GRANT ALL ON ALL TABLES IN SCHEMA public TO stranger');
    expect((await checkPostgres(as(url, 'stranger')))[1]).toMatchObject({ status: 'ok' });
    await run(url, `DELETE FROM kysely_migration WHERE name >= '0009'`); // an update needs the owner
    expect((await checkPostgres(as(url, 'stranger')))[1]).toMatchObject({ status: 'problem' });
    expectCures([...empty, ...reader]);
  });

  it('warns of a user who could not make the tables of an update', async () => {
    const url = await server.freshDatabase();
    await migrated(url);
    await run(url, 'GRANT ALL ON ALL TABLES IN SCHEMA public TO stranger');
    const findings = await checkPostgres(as(url, 'stranger'));
    expect(findings[1]).toMatchObject({ status: 'warning', cure: expect.stringContaining('OWNER TO "stranger"') });
    expectCures(findings);
  });

  it('finds a database that cannot hold every character, one that is only read, and one without a schema', async () => {
    const url = await server.freshDatabase();
    await run(url, `CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    const latin = await checkPostgres(url.replace(/[^/]+$/, 'latin'));
    expect(latin).toMatchObject([{ status: 'problem', message: expect.stringContaining('LATIN1') }]);
    const bare = await server.freshDatabase();
    await run(bare, 'DROP SCHEMA public');
    expect((await checkPostgres(bare))[1]).toMatchObject({ status: 'problem', cure: expect.stringContaining('CREATE SCHEMA') });
    await run(
      url,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
    );
    const standby = await checkPostgres(url);
    expect(standby).toMatchObject([{ status: 'problem', cure: expect.stringContaining('primary') }]);
    expectCures([...latin, ...standby]);
  });

  it('tells a wrong password, a missing database, a wrong port and an unknown machine apart, without the password', async () => {
    const url = await server.freshDatabase();
    expect(await checkPostgres(as(url, 'guest:right'))).toHaveLength(3);
    const cases: [string, RegExp, RegExp][] = [
      [as(url, 'guest:wrong-secret'), /does not let us in/, /password in DATABASE_URL/],
      [as(url, 'guest:wrong-secret').replace(/[^/]+$/, 'nothing'), /does not let us in/, /password/],
      [url.replace(/[^/]+$/, 'nothing'), /no database of the name/, /createdb/],
      [`postgresql://guest:wrong-secret@127.0.0.1:${await freePort()}/x`, /Nothing listens on 127\.0\.0\.1:\d+/, /DATABASE_URL/],
      ['postgresql://guest:wrong-secret@nowhere.invalid/x', /"nowhere\.invalid"/, /host in DATABASE_URL/],
      [`${url}?sslmode=verify-full`, /no TLS/, /DATABASE_URL/],
    ];
    for (const [wrong, message, cure] of cases) {
      const findings = await checkPostgres(wrong);
      expect(findings).toEqual([matching({ name: 'PostgreSQL', status: 'problem', message, cure })]);
      expect(JSON.stringify(findings)).not.toContain('wrong-secret');
    }
  });

  it('knows pgvector before and after it is switched on', async () => {
    const database = await PGlite.create({ extensions: { vector } });
    const asker = database as unknown as Asker; // queries alike
    const before = await examinePostgres(asker, 'here');
    expect(before[2]).toMatchObject({ status: 'ok', message: expect.stringContaining('switched on at the first start') });
    await database.exec('CREATE EXTENSION vector');
    expect((await examinePostgres(asker, 'here'))[2]).toMatchObject({ status: 'ok', message: expect.stringContaining('index') });
    await database.close();
  });
});

describe('the doctor looking at Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.close();
  });
  const check = (url = server.url): Promise<Finding[]> => checkRedisServer({ url, prefix: 'school' });

  it('is content with one that keeps what it is given, and leaves nothing in it', async () => {
    const findings = await check();
    expect(findings.map(({ name, status }) => [name, status])).toEqual([
      ['Redis', 'ok'],
      ['Redis memory', 'ok'],
      ['Redis persistence', 'ok'],
    ]);
    expect(findings[2]?.message).toContain('loses none');
    await redis.config('SET', 'appendonly', 'yes');
    expect((await check())[2]?.message).toContain('appendonly');
    await redis.config('SET', 'appendonly', 'no');
    expect(await redis.dbsize()).toBe(0);
  });

  it('warns of one that throws keys away, and finds one that is full', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const evicting = await check();
    expect(evicting[1]).toEqual(
      matching({ name: 'Redis memory', status: 'warning', message: /allkeys-lru/, cure: /noeviction/ }),
    );
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.config('SET', 'maxmemory', '1');
    const full = await check();
    expect(full).toEqual([matching({ name: 'Redis', status: 'problem', message: /memory is full/, cure: /maxmemory/ })]);
    await redis.config('SET', 'maxmemory', '0');
    expectCures([...evicting, ...full]);
  });

  it('finds a wrong password, a missing one and a user without rights, and does not repeat what was tried', async () => {
    await redis.config('SET', 'requirepass', 'right');
    await redis.acl('SETUSER', 'guest', 'on', '>right', '~nothing', '+@all');
    const to = (user: string): string => server.url.replace('//', `//${user}`);
    expect((await check(to(':right@')))[0]).toMatchObject({ status: 'ok' });
    for (const wrong of [to(':wrong-secret@'), to('nobody:wrong-secret@'), server.url]) {
      const findings = await check(wrong);
      expect(findings).toEqual([matching({ name: 'Redis', status: 'problem', message: /let us in/, cure: /REDIS_URL/ })]);
      expect(JSON.stringify(findings)).not.toContain('wrong-secret');
    }
    expect(await check(to('guest:right@'))).toEqual([
      matching({ name: 'Redis', status: 'problem', message: /may not do/, cure: /ACL SETUSER/ }),
    ]);
    await redis.config('SET', 'requirepass', '');
  });

  it('finds a replica and a number without a database', async () => {
    expect(await check(`${server.url}/99`)).toEqual([
      matching({ name: 'Redis', status: 'problem', message: /number/, cure: /REDIS_URL/ }),
    ]);
    await redis.replicaof('127.0.0.1', await freePort());
    const replica = await check();
    expect(replica).toMatchObject([{ status: 'problem', cure: expect.stringContaining('primary') }]);
    await redis.replicaof('NO', 'ONE');
    expectCures(replica);
  });

  it('warns of a disk that could not be written, and finds that nothing is taken any more because of it', async () => {
    const own = await startRedis();
    const client = new Redis(own.url);
    await rm((await client.config('GET', 'dir'))[1]!, { recursive: true });
    await client.bgsave();
    await expect.poll(async () => (await check(own.url))[2]?.status, { timeout: 10_000 }).toBe('warning');
    await client.config('SET', 'save', '3600 1');
    expect(await check(own.url)).toEqual([
      matching({ name: 'Redis', status: 'problem', message: /cannot write to its disk/, cure: /Free space/ }),
    ]);
    client.disconnect();
    await own.close();
  });

  it('finds a port where nothing listens, one that says nothing, and one that speaks something else', async () => {
    expect(await check(`redis://127.0.0.1:${await freePort()}`)).toEqual([
      matching({ name: 'Redis', status: 'problem', message: /Nothing listens/, cure: /REDIS_URL/ }),
    ]);
    expect(await check('redis://nowhere.invalid')).toEqual([
      matching({ name: 'Redis', status: 'problem', message: /"nowhere\.invalid"/, cure: /REDIS_URL/ }),
    ]);
    for (const [says, message] of [
      [null, /does not answer/],
      ['HTTP/1.1 400 Bad Request\r\n\r\n', /does not answer as it should/],
    ] as const) {
      const other = createServer((socket) => void (says === null ? socket.resume() : socket.end(says))).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo; // a TCP server that listens has one
      expect(await check(`redis://127.0.0.1:${port}`)).toEqual([
        matching({ name: 'Redis', status: 'problem', message, cure: /REDIS_URL/ }),
      ]);
      other.close();
    }
  });
});

describe('the doctor looking at a bucket', () => {
  let folder = '';
  let s3: S3Server;
  let gcs: GcsServer;
  beforeEach(async () => {
    // Google's client warns of every credentials file that it is given by name.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    folder = await mkdtemp(join(tmpdir(), 'scholium-doctor-bucket-'));
    [s3, gcs] = await Promise.all([startS3Server(), startGcsServer()]);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await Promise.all([s3.close(), gcs.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const limits = { checkTimeoutMs: 1_000, idleTimeoutMs: 1_000, attempts: 1 };
  const checkS3 = (change: Partial<S3BlobsOptions> = {}): Promise<Finding> => {
    const { bucket, endpoint, keys: credentials } = s3;
    const options = { bucket, prefix: 'school', endpoint, region: null, temporaryDir: folder, credentials, limits, ...change };
    return checkBucket({ name: options.bucket, open: () => openS3Blobs(options) });
  };
  const checkGcs = (change: Partial<GcsBlobsOptions> = {}): Promise<Finding> => {
    const { bucket, endpoint: apiEndpoint, credentialsFile } = gcs;
    const options = { bucket, prefix: 'school', apiEndpoint, credentialsFile, temporaryDir: folder, limits, ...change };
    return checkBucket({ name: options.bucket, open: () => openGcsBlobs(options) });
  };

  it('is content with one that can be written, read and cleared, and leaves nothing in it', async () => {
    expect(await checkS3()).toMatchObject({ status: 'ok', message: expect.stringContaining('"recordings"') });
    expect(s3.objects.names).toEqual([]);
    expect(await checkGcs()).toMatchObject({ status: 'ok', message: expect.stringContaining('"recordings"') });
    expect(gcs.objects.names).toEqual([]);
  });

  it('finds a bucket that does not exist', async () => {
    expect(await checkS3({ bucket: 'missing' })).toEqual(
      matching({ name: 'Bucket', status: 'problem', message: /"missing" does not exist/, cure: /S3_BUCKET/ }),
    );
    expect(await checkGcs({ bucket: 'missing' })).toEqual(
      matching({ name: 'Bucket', status: 'problem', message: /"missing" does not exist/, cure: /GCS_BUCKET/ }),
    );
  });

  it('finds credentials that are wrong or missing, and does not repeat them', async () => {
    const secret = await checkS3({ credentials: { ...s3.keys, secretAccessKey: 'wrong-secret' } });
    expect(secret).toEqual(
      matching({ name: 'Bucket', status: 'problem', message: /credentials/, cure: /AWS_SECRET_ACCESS_KEY/ }),
    );
    const id = await checkS3({ credentials: { ...s3.keys, accessKeyId: 'AKIAWRONG' } });
    expect(id).toEqual(matching({ name: 'Bucket', status: 'problem', message: /credentials/, cure: /AWS_ACCESS_KEY_ID/ }));
    const missing = await checkGcs({ credentialsFile: join(folder, 'not-there.json') });
    expect(missing).toEqual(
      matching({ name: 'Bucket', status: 'problem', message: /no valid credentials/, cure: /GOOGLE_APPLICATION_CREDENTIALS/ }),
    );
    expect(JSON.stringify([secret, id, missing])).not.toMatch(/wrong-secret|not-there/);
  });

  it('finds a port where nothing listens', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    expect(await checkS3({ endpoint })).toEqual(
      matching({ name: 'Bucket', status: 'problem', message: /does not answer/, cure: /S3_ENDPOINT_URL/ }),
    );
    expect((await checkGcs({ apiEndpoint: endpoint })).status).toBe('problem');
  });

  it.each(['GET', 'DELETE'])('finds one whose %s does not work, though writing does', async (method) => {
    s3.faults.add({ method, url: /doctor/, fault: '500', times: 9 });
    expect(await checkS3()).toMatchObject({ status: 'problem' });
    expect(s3.faults.happened).toBeGreaterThan(0);
  });

  it('takes bucket, prefix and address from the configuration, and looks at none where files lie on the disk', async () => {
    expect(bucketOf({ mode: 'local' }, folder)).toBeNull();
    vi.stubEnv('AWS_ACCESS_KEY_ID', s3.keys.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.keys.secretAccessKey);
    const { bucket, endpoint } = s3;
    const configured = bucketOf({ mode: 's3', bucket, prefix: 'from-config', endpoint, region: null }, folder);
    expect(configured && (await checkBucket(configured))).toMatchObject({ status: 'ok' });
    expect(s3.faults.seen.some((request) => request.startsWith('PUT /recordings/from-config/'))).toBe(true);
  });
});

/** A finding whose texts match. */
function matching({ message, cure, ...rest }: { name: string; status: string; message: RegExp; cure?: RegExp }): unknown {
  return expect.objectContaining({
    ...rest,
    message: expect.stringMatching(message),
    ...(cure && { cure: expect.stringMatching(cure) }),
  });
}

async function run(url: string, statement: string): Promise<{ rows: unknown[] }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
