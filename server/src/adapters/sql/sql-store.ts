import type { Store } from '../../core/ports/store.ts';
import { artifactStore } from './artifacts.ts';
import { courseStore } from './courses.ts';
import { exportStore } from './exports.ts';
import { holdingStore } from './holdings.ts';
import { jobEventStore } from './job-events.ts';
import { jobStore } from './jobs.ts';
import { lectureStore } from './lectures.ts';
import { replyStore } from './replies.ts';
import { sourceStore } from './sources.ts';
import { stepOutputStore } from './step-outputs.ts';
import type { Db } from './tables.ts';
import { transcriptStore } from './transcripts.ts';

/** The store over any database that Kysely speaks to. `connection` is what differs between them. */
export function sqlStore(db: Db, connection: { check(): Promise<void>; close(): Promise<void> }): Store {
  return {
    courses: courseStore(db),
    lectures: lectureStore(db),
    sources: sourceStore(db),
    transcripts: transcriptStore(db),
    holdings: holdingStore(db),
    outputs: stepOutputStore(db),
    artifacts: artifactStore(db),
    exports: exportStore(db),
    jobs: jobStore(db),
    jobEvents: jobEventStore(db),
    replies: replyStore(db),
    async transaction(work) {
      if (db.isTransaction) throw new Error('Transactions do not nest: use the store that was given.');
      return db.transaction().execute((tx) => work(sqlStore(tx, connection)));
    },
    check: () => connection.check(),
    close: () => connection.close(),
  };
}
