import type { Asker } from './check-postgres.ts';
import { ok, warning, type Finding } from './finding.ts';

interface Extension {
  readonly installed: string | null;
  readonly offered: string | null;
  readonly hasHalf: boolean;
  readonly mayInstall: boolean;
}

/** `halfvec` came with it. */
const OLDEST = [0, 7] as const;
const NAME = 'pgvector';
const DEGRADED = 'search by meaning is degraded: it compares all vectors one by one';

/** Whether vectors are found by an index, or will be from the first start on. */
export async function checkPgvector(
  database: Asker,
  { database: called, versionNumber }: { readonly database: string; readonly versionNumber: number },
): Promise<Finding> {
  const { rows } = await database.query<Extension>(
    `SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS installed,
       (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS offered,
       to_regtype('halfvec') IS NOT NULL AS "hasHalf",
       current_setting('is_superuser')::boolean OR (has_database_privilege(current_database(), 'CREATE') AND coalesce(
         (SELECT bool_or(v.trusted OR NOT v.superuser) FROM pg_available_extension_versions v JOIN pg_available_extensions e
            ON e.name = v.name AND e.default_version = v.version WHERE v.name = 'vector'), false)) AS "mayInstall"`,
  );
  const found = rows[0] ?? { installed: null, offered: null, hasHalf: false, mayInstall: false };
  if (found.hasHalf) return ok(NAME, `Version ${found.installed ?? 'unknown'}: search by meaning has an index.`);
  if (found.offered === null) {
    const cure = `Install the package postgresql-${Math.floor(versionNumber / 10_000)}-pgvector on the server and start Scholium again.`;
    return warning(NAME, `The server does not have it; ${DEGRADED}.`, cure);
  }
  if (isOld(found.offered)) {
    const message = `Version ${found.offered} is too old; ${DEGRADED}.`;
    return warning(NAME, message, `Install pgvector ${OLDEST.join('.')} or newer on the server.`);
  }
  if (found.installed !== null) {
    const message = `Version ${found.installed} in the database "${called}" is too old; ${DEGRADED}.`;
    return warning(NAME, message, `Run "ALTER EXTENSION vector UPDATE" there as a superuser.`);
  }
  if (found.mayInstall) return ok(NAME, `The server offers version ${found.offered}; it is switched on at the first start.`);
  const message = `The server has it, but this user may not switch it on; ${DEGRADED}.`;
  return warning(NAME, message, `Run "CREATE EXTENSION vector" in the database "${called}" as a superuser.`);
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === OLDEST[0] && minor < OLDEST[1];
}
