import type { Store } from '../../core/ports/store.ts';
import { apiKeyStore } from './api-keys.ts';
import { artifactStore } from './artifacts.ts';
import { auditStore } from './audit.ts';
import { cacheStore } from './cache.ts';
import { courseShareStore } from './course-shares.ts';
import { courseStore } from './courses.ts';
import { documentStore } from './documents.ts';
import { exportStore } from './exports.ts';
import { fileRowStore } from './file-rows.ts';
import { figureStore } from './figures.ts';
import { holdingStore } from './holdings.ts';
import { invitationStore } from './invitations.ts';
import { jobEventStore } from './job-events.ts';
import { jobStore } from './jobs.ts';
import { lectureStore } from './lectures.ts';
import { liveStore } from './live-recordings.ts';
import { presetStore } from './presets.ts';
import { replyStore } from './replies.ts';
import { settingStore } from './settings.ts';
import { speakerStore } from './speakers.ts';
import { sourceStore } from './sources.ts';
import { stepOutputStore } from './step-outputs.ts';
import { describeStore } from './describe-store.ts';
import type { Db } from './tables.ts';
import { threadStore } from './threads.ts';
import { transcriptStore } from './transcripts.ts';
import { uploadStore } from './uploads.ts';

/** What differs between databases. */
export interface Connection {
  readonly kind: 'sqlite' | 'postgresql';
  check(): Promise<void>;
  close(): Promise<void>;
  /** Whether a transaction failed because another was in its way: it is done again then. */
  isConflict?(error: unknown): boolean;
}

/** Transactions are short: who loses so often in a row has met something else. */
const TRIES = 10;

/** A store that shows its database to what writes tables of its own in it (accounts). */
interface SqlStore extends Store {
  readonly db: Db;
}

/** The database behind a store. @throws Error for a store that has none */
export function databaseOf(store: Store): Db {
  if (!('db' in store)) throw new Error('This store has no database.');
  return (store as SqlStore).db; // only `sqlStore` makes stores that have one
}

/** The store over any database that Kysely speaks to. */
export function sqlStore(db: Db, connection: Connection): SqlStore {
  return {
    db,
    courses: courseStore(db),
    lectures: lectureStore(db),
    sources: sourceStore(db),
    transcripts: transcriptStore(db),
    speakers: speakerStore(db),
    documents: documentStore(db),
    holdings: holdingStore(db),
    outputs: stepOutputStore(db),
    artifacts: artifactStore(db),
    exports: exportStore(db),
    presets: presetStore(db),
    threads: threadStore(db),
    jobs: jobStore(db),
    jobEvents: jobEventStore(db),
    replies: replyStore(db),
    uploads: uploadStore(db),
    live: liveStore(db),
    files: fileRowStore(db),
    settings: settingStore(db),
    cache: cacheStore(db),
    figures: figureStore(db),
    apiKeys: apiKeyStore(db),
    invitations: invitationStore(db),
    shares: courseShareStore(db),
    audit: auditStore(db),
    describe: () => describeStore(db, connection.kind),
    async transaction(work) {
      if (db.isTransaction) throw new Error('Transactions do not nest: use the store that was given.');
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.transaction().execute((tx) => work(sqlStore(tx, connection)));
        } catch (error) {
          if (attempt === TRIES || !connection.isConflict?.(error)) throw error;
        }
      }
    },
    check: () => connection.check(),
    close: () => connection.close(),
  };
}
