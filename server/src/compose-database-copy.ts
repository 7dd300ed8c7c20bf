import { isAbsolute, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CopyReport } from './adapters/sql/copy/copy-database.ts';
import type { CopySide } from './adapters/sql/copy/copy-side.ts';
import type { Config } from './config.ts';
import { AppError } from './core/domain/app-error.ts';
import type { Log } from './core/ports/log.ts';

export interface DatabaseCopyInput {
  /** `sqlite` or `postgres` for those of the configuration, or `sqlite:///path`, `postgresql://user@host/name`. */
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Told before the copy begins. */
  readonly onInUse?: (side: 'sqlite' | 'postgres') => void;
  readonly onProgress?: (progress: { table: string; rows: number; of: number }) => void;
}

export interface DatabaseCopyReport extends CopyReport {
  readonly from: 'sqlite' | 'postgres';
  readonly to: 'sqlite' | 'postgres';
  /** Whether a process had the source open: what it wrote after the snapshot is not in the copy. */
  readonly sourceInUse: boolean;
}

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

type Place = { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/**
 * Copies a whole installation's database to an empty one and compares both. The target is made ready first; the source is
 * only read. Files (DATA_DIR/blobs, or a bucket) are not touched.
 *
 * @throws AppError as `copyDatabase`; `configuration_invalid` when a side is not clear
 */
export async function composeDatabaseCopy(config: Config, input: DatabaseCopyInput): Promise<DatabaseCopyReport> {
  const { copyDatabase } = await import('./adapters/sql/copy/copy-database.ts');
  const { migrations } = await import('./adapters/sql/migrations/index.ts');
  const [from, to] = [placeOf(config, input.from, '--from'), placeOf(config, input.to, '--to')];
  if (isDeepStrictEqual(from, to)) {
    throw new AppError('configuration_invalid', 'Both sides are the same database. Copy to another one, which must be empty.');
  }
  const source = await openSide(from, 'read');
  try {
    const sourceInUse = await source.isInUse();
    if (sourceInUse) input.onInUse?.(source.label);
    const common = { source, migrations: Object.keys(migrations), ...input };
    // A dry run makes nothing, so there may be no target yet.
    const target = input.dryRun ? source : await openTarget(to, source);
    try {
      return { from: from.kind, to: to.kind, sourceInUse, ...(await copyDatabase({ ...common, target })) };
    } finally {
      if (target !== source) await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Nothing is made at the target for a source that cannot be read. */
async function openTarget(to: Place, source: CopySide): Promise<CopySide> {
  const applied = await source.appliedMigrations();
  if (applied.length > 0) await prepare(to);
  return openSide(to, 'write');
}

/** Brings the schema up to date, as a start of the server would. */
async function prepare(place: Place): Promise<void> {
  if (place.kind === 'sqlite') {
    const { openSqliteStore } = await import('./adapters/sqlite/open-sqlite-store.ts');
    return (await openSqliteStore({ path: place.path, log: SILENT })).close();
  }
  const { openPostgresPool } = await import('./adapters/postgres/postgres-pool.ts');
  const { openPostgresStore } = await import('./adapters/postgres/open-postgres-store.ts');
  const pool = openPostgresPool({ url: place.url, poolSize: 2, log: SILENT });
  await (await openPostgresStore({ pool, log: SILENT })).close();
}

async function openSide(place: Place, mode: 'read' | 'write'): Promise<CopySide> {
  if (place.kind === 'sqlite') {
    const { openSqliteCopySide } = await import('./adapters/sqlite/sqlite-copy-side.ts');
    return openSqliteCopySide({ path: place.path, writable: mode === 'write' });
  }
  const { openPostgresCopySide } = await import('./adapters/postgres/postgres-copy-side.ts');
  return openPostgresCopySide({ url: place.url, log: SILENT });
}

function placeOf(config: Config, name: string, option: string): Place {
  if (name === 'sqlite') return { kind: 'sqlite', path: config.databasePath };
  if (name === 'postgres') {
    if (config.postgresUrl !== null) return { kind: 'postgres', url: config.postgresUrl };
    throw new AppError(
      'configuration_invalid',
      `No PostgreSQL is configured. Set DATABASE_URL, or write ${option} postgresql://user@host/name.`,
    );
  }
  if (/^postgres(?:ql)?:\/\//i.test(name)) return { kind: 'postgres', url: name };
  const path = /^sqlite:\/\/\/(.+)$/.exec(name)?.[1];
  if (path) return { kind: 'sqlite', path: isAbsolute(path) ? path : resolve(path) };
  throw new AppError(
    'configuration_invalid',
    `${option} is "sqlite", "postgres", "sqlite:///path" or "postgresql://user:password@host/name".`,
  );
}
