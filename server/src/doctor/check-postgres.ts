import type { Pool } from 'pg';
import { fromPostgresError } from '../adapters/postgres/postgres-errors.ts';
import { openPostgresPool } from '../adapters/postgres/postgres-pool.ts';
import { migrations } from '../adapters/sql/migrations/index.ts';
import { checkPgvector } from './check-pgvector.ts';
import { explainConnection, serverAddress } from './explain-connection.ts';
import { findingOf, ok, problem, quietLog, warning, type Finding } from './finding.ts';

/** The part of a `pg` client that is used here; `Row` is the caller's knowledge of what it selects. */
export interface Asker {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
}

/** docs/decisions/0005: `bit_count` came with it. */
const OLDEST_MAJOR = 14;
const NAME = 'PostgreSQL';

interface Facts {
  readonly version: string;
  readonly versionNumber: number;
  readonly user: string;
  readonly database: string;
  readonly schema: string | null;
  readonly encoding: string;
  readonly readOnly: boolean;
  /** Tables may be made in the schema. */
  readonly mayCreate: boolean;
}

/**
 * The database of DATABASE_URL: whether it lets us in, is new enough, lets us make tables, has them up to date, and finds
 * vectors by an index. Changes nothing. Takes about 5 s when nothing answers.
 */
export async function checkPostgres(url: string): Promise<Finding[]> {
  const address = serverAddress('DATABASE_URL', url, 5432);
  let pool: Pool | null = null;
  try {
    pool = openPostgresPool({ url, poolSize: 1, log: quietLog });
    return await examinePostgres(pool as Asker, `${address.host}:${address.port}`); // its overloads name no row type
  } catch (error) {
    const why = explainConnection(error, address);
    if (why) return [problem(NAME, why.message, why.cure)];
    return [await findingOf(NAME, () => Promise.reject(fromPostgresError(error)))];
  } finally {
    await pool?.end();
  }
}

/** All findings about a database that answers. @throws what the driver throws */
export async function examinePostgres(database: Asker, where: string): Promise<Finding[]> {
  // Somebody's lock on a table must not hold up the doctor.
  await database.query(`SET statement_timeout = '5s'`);
  const { rows } = await database.query<Facts>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS "versionNumber",
       current_user::text AS user, current_database()::text AS database, current_schema()::text AS schema,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS "readOnly",
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate"`,
  );
  const facts = rows[0];
  if (!facts) throw new Error('PostgreSQL gave no row where there is always one.');
  const server = checkServerFacts(facts, where);
  if (server.status === 'problem') return [server];
  return [server, await checkTables(database, facts), await checkPgvector(database, facts)];
}

function checkServerFacts(facts: Facts, where: string): Finding {
  const [version = ''] = facts.version.split(' ');
  if (facts.versionNumber < OLDEST_MAJOR * 10_000)
    return problem(NAME, `Version ${version} is too old.`, `Use PostgreSQL ${OLDEST_MAJOR} or newer.`);
  if (facts.encoding !== 'UTF8') {
    const cure = 'Make a new one with "createdb -E UTF8 -T template0 NAME" and name it in DATABASE_URL.';
    return problem(NAME, `The database "${facts.database}" holds ${facts.encoding}, not every character.`, cure);
  }
  if (facts.readOnly)
    return problem(NAME, `${where} can only be read: it is a standby.`, 'Name the primary server in DATABASE_URL.');
  return ok(NAME, `Version ${version} answers at ${where} with the database "${facts.database}".`);
}

async function checkTables(database: Asker, facts: Facts): Promise<Finding> {
  const name = 'Tables';
  const makeOwner = `Run 'ALTER DATABASE "${facts.database}" OWNER TO "${facts.user}"' as a superuser.`;
  if (facts.schema === null) {
    return problem(name, 'The database has no schema to put tables in.', 'Run "CREATE SCHEMA public" in it.');
  }
  const applied = await appliedMigrations(database, facts.schema);
  const pending = Object.keys(migrations).filter((migration) => !applied.includes(migration)).length;
  if (applied.some((migration) => !(migration in migrations))) {
    const cure = 'Install that version, or name a database in DATABASE_URL that this one made.';
    return problem(name, 'The database was made by a newer version of Scholium.', cure);
  }
  const locked = applied.length === 0 ? undefined : await lockedTable(database, facts.schema, pending > 0);
  if (locked) {
    const cure = `Name the user "${locked.owner}" in DATABASE_URL, or make "${facts.user}" the owner of all tables there.`;
    return problem(name, `The table "${locked.table}" is not for the user "${facts.user}".`, cure);
  }
  if (!facts.mayCreate && pending > 0) return problem(name, `The user "${facts.user}" may not make tables.`, makeOwner);
  if (!facts.mayCreate) {
    const message = `They are up to date, but the user "${facts.user}" may not make tables: an update of Scholium would fail.`;
    return warning(name, message, makeOwner);
  }
  if (applied.length === 0) return ok(name, 'They will be made at the first start.');
  if (pending === 0) return ok(name, 'They are up to date.');
  const updates = pending === 1 ? 'One update' : `${pending} updates`;
  return ok(name, `${updates} will be made at the next start (or by "scholium migrate").`);
}

async function appliedMigrations(database: Asker, schema: string): Promise<string[]> {
  const find = `SELECT to_regclass(format('%I.kysely_migration', $1::text)) IS NOT NULL AS there`;
  const { rows: found } = await database.query<{ there: boolean }>(find, [schema]);
  if (!found[0]?.there) return [];
  const { rows } = await database.query<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name');
  return rows.map(({ name }) => name);
}

interface OwnedTable {
  readonly table: string;
  readonly owner: string;
}

/** A table whose rows we may not change; with `forUpdate`, also one that we may not reshape, which only its owner may. */
async function lockedTable(database: Asker, schema: string, forUpdate: boolean): Promise<OwnedTable | undefined> {
  const { rows } = await database.query<OwnedTable>(
    `SELECT c.relname::text AS table, pg_get_userbyid(c.relowner)::text AS owner FROM pg_class c
     WHERE c.relnamespace = quote_ident($1::text)::regnamespace AND c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE')
       AND ($2::boolean OR NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
         AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')))
     ORDER BY c.relname LIMIT 1`,
    [schema, forUpdate],
  );
  return rows[0];
}
