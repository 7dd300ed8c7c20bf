import type { Db } from './tables.ts';

/** Runs several statements as one: in the caller's transaction if there is one, else in one of its own. */
export function atomically<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
