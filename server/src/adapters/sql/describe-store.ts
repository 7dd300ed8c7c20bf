import { sql } from 'kysely';
import type { StoreDescription } from '../../core/ports/store.ts';
import type { Db } from './tables.ts';

/** What the tables of the store's own schema hold. */
export async function describeStore(db: Db, kind: StoreDescription['kind']): Promise<StoreDescription> {
  const plain = db.withoutPlugins();
  const found = await plain.introspection.getTables({ withInternalKyselyTables: false });
  const ours = found.filter(({ isView, schema }) => !isView && (schema === undefined || schema === 'public'));
  const tables: { name: string; rows: number }[] = [];
  for (const { name } of ours) {
    const { rows } = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(name)}`.execute(plain);
    tables.push({ name, rows: Number(rows[0]?.rows) });
  }
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(plain);
  return {
    kind,
    migrations: applied.rows.map(({ name }) => name),
    tables: tables.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
