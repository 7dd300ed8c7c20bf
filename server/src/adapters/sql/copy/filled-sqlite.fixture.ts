import Sqlite from 'better-sqlite3';
import { silentLog } from '../../../../testkit/silent-log.ts';
import { openSqliteStore } from '../../sqlite/open-sqlite-store.ts';
import { openSqliteCopySide } from '../../sqlite/sqlite-copy-side.ts';
import { inOrder } from './copy-side.ts';

/** What drivers and encodings stumble over. */
const HOSTILE = 'Größe "日本語" 👩‍🏫 \0 \u{10FFFE}0 \\ \' \n \u0001 é';
const ROWS = 3;

/** A table that stays empty, and one whose rows fill many batches. */
const EMPTY = 'replies';

/**
 * Makes a file in which every table but one has rows, by what the schema says, so that tables of later migrations are in it
 * too. All texts of the n-th rows are the same, so that every foreign key finds its row. Some columns are null.
 */
export async function fillSqlite(path: string): Promise<void> {
  await (await openSqliteStore({ path, log: silentLog })).close();
  const side = openSqliteCopySide({ path });
  const tables = inOrder(await side.tables());
  await side.close();
  const database = new Sqlite(path);
  database.pragma('foreign_keys = on');
  for (const { name } of tables.filter((table) => table.name !== EMPTY)) {
    const columns = database.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number }[]; // SQLite's own shape
    const insert = database.prepare(
      `insert into ${name} (${columns.map((column) => `"${column.name}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    );
    for (let row = 0; row < ROWS; row++)
      insert.run(...columns.map(({ type, notnull }) => (notnull === 0 && row === 1 ? null : valueOf(type, row))));
  }
  database.exec(`update jobs set status = 'running', attempts = 2 where attempts = 0`);
  database.prepare('update transcripts set segments_json = ? where version = 0').run(JSON.stringify('word \0 '.repeat(400_000)));
  const event = database.prepare('insert into job_events select job_id, ?, at, type, data_json from job_events where seq = 0');
  database.transaction(() => {
    for (let seq = 10; seq < 3_000; seq++) event.run(seq);
  })();
  database.close();
}

function valueOf(type: string, row: number): string | number {
  if (type === 'text') return `${HOSTILE} ${row}`;
  if (type === 'bigint') return 2 ** 52 + row;
  return type.startsWith('double') ? row + 0.1 : row;
}
