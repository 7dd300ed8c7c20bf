import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../../testkit/silent-log.ts';
import { storeConformance } from '../../../testkit/store.conformance.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

storeConformance('SqliteStore', () => {
  count += 1;
  return openSqliteStore({ path: join(folder, `${count}.db`), log: silentLog });
});
