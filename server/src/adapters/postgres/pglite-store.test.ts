import { afterAll, beforeAll } from 'vitest';
import { openPglite, type PgliteDatabase } from '../../../testkit/pglite-database.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { storeConformance } from '../../../testkit/store.conformance.ts';
import { openPostgresStore } from './open-postgres-store.ts';

let database: PgliteDatabase;
beforeAll(async () => {
  database = await openPglite();
}, 60_000);
afterAll(() => database?.close());

storeConformance('The PostgreSQL store in PGlite', async () =>
  openPostgresStore({ pool: await database.freshPool(), log: silentLog }),
);
