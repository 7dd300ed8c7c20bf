import { Migrator } from 'kysely/migration';
import { AppError } from '../../core/domain/app-error.ts';
import { migrations } from './migrations/index.ts';
import type { Db } from './tables.ts';

/**
 * Brings the schema up to date, all in one transaction; several processes may do it at once.
 * @throws AppError `database_unavailable` when the database was made by a newer version
 */
export async function migrate(db: Db): Promise<readonly string[]> {
  const migrator = new Migrator({
    db: db.withoutPlugins(),
    provider: { getMigrations: async () => ({ ...migrations }) },
    // Work side by side is not finished in the order of its numbers; each migration stands on its own.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return (results ?? []).map((result) => result.migrationName);
  // Kysely has no error class for it: "previously executed migration 0009-x is missing".
  if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
    throw new AppError(
      'database_unavailable',
      'The database was made by a newer version of Scholium. Start that version, or restore a backup made by this one.',
      { cause: error },
    );
  }
  throw error;
}
