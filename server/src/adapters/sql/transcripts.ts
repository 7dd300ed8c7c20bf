import { sql, type Expression, type SqlBool } from 'kysely';
import type { Segment, Transcript, TranscriptFindings } from '../../core/domain/transcript.ts';
import { revise, type Change, type Revision } from '../../core/domain/revision.ts';
import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import type { TranscriptHead, TranscriptStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, TranscriptOriginRow, TranscriptRow } from './tables.ts';

const headColumns = [
  'transcripts.ownerId',
  'transcripts.sourceId',
  'transcripts.version',
  'transcripts.lectureId',
  'transcripts.engine',
  'transcripts.model',
  'transcripts.language',
  'transcripts.durationMs',
  'transcripts.draftQuality',
  'transcripts.createdAt',
  'transcriptOrigins.origin',
  'transcriptOrigins.baseVersion',
  'transcriptOrigins.task',
] as const;

type HeadRow = Omit<TranscriptRow, 'segmentsJson'> & Pick<TranscriptOriginRow, 'origin' | 'baseVersion' | 'task'>;

/** One row a version, the words in it as JSON: 3 hours are about 3 MB, always read and written whole. */
export function transcriptStore(db: Db): TranscriptStore {
  return {
    async add(scope, transcript, findings) {
      const { version } = await atomically(db, (tx) => insertNext(tx, ownerOf(scope, transcript.ownerId), transcript, findings));
      return { ...transcript, version };
    },
    async revise(scope, request) {
      return atomically(db, async (tx) => {
        const newest = await readable(tx, scope)
          .where('transcripts.sourceId', '=', request.sourceId)
          .orderBy('transcripts.version', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (!newest) return null;
        const base = await readable(tx, scope)
          .where('transcripts.sourceId', '=', request.sourceId)
          .where('transcripts.version', '=', request.baseVersion)
          .executeTakeFirst();
        if (!base) return null;
        const { ownerId, sourceId } = base;
        await lockSource(tx, ownerId, sourceId);
        if ((await newestVersion(tx, ownerId, sourceId)) !== request.expected) return null;
        const { origin, baseVersion, revision, change, createdAt } = request;
        const words = toHead(base);
        const added = await insertNext(tx, ownerId, { ...words, origin, baseVersion, createdAt, segments: [] }, undefined);
        await tx
          .insertInto('transcriptRevisions')
          .values({
            ownerId,
            sourceId,
            version: added.version,
            changeJson: JSON.stringify(change),
            revisionJson: JSON.stringify(revision),
          })
          .execute();
        const segments = revise(segmentsIn(base), revision);
        return { ...words, origin, baseVersion, createdAt, version: added.version, segments };
      });
    },
    async revision(scope, sourceId, version) {
      const row = await readable(db, scope)
        .innerJoin('transcriptRevisions', (join) =>
          join
            .onRef('transcriptRevisions.ownerId', '=', 'transcripts.ownerId')
            .onRef('transcriptRevisions.sourceId', '=', 'transcripts.sourceId')
            .onRef('transcriptRevisions.version', '=', 'transcripts.version'),
        )
        .select('transcriptRevisions.revisionJson')
        .where('transcripts.sourceId', '=', sourceId)
        .where('transcripts.version', '=', version)
        .executeTakeFirst();
      return row ? (JSON.parse(row.revisionJson) as Revision) : null; // written by `revise` from the same type
    },
    async history(scope, sourceId, before, limit) {
      const rows = await withOrigins(db)
        .leftJoin('transcriptRevisions', (join) =>
          join
            .onRef('transcriptRevisions.ownerId', '=', 'transcripts.ownerId')
            .onRef('transcriptRevisions.sourceId', '=', 'transcripts.sourceId')
            .onRef('transcriptRevisions.version', '=', 'transcripts.version'),
        )
        .select([...headColumns, 'transcriptRevisions.changeJson'])
        .where(within(scope, 'transcripts'))
        .where(notInTrash())
        .where('transcripts.sourceId', '=', sourceId)
        .$if(before !== null, (query) => query.where('transcripts.version', '<', before))
        .orderBy('transcripts.version', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => {
        const { version, origin, baseVersion, createdAt, engine, model } = toHead(row);
        const change = row.changeJson === null ? null : (JSON.parse(row.changeJson) as Change); // as above
        return { version, origin, baseVersion, createdAt, engine, model, change };
      });
    },
    async latest(scope, sourceId, filter) {
      const row = await readable(db, scope)
        .where('transcripts.sourceId', '=', sourceId)
        .$if(filter?.corrected === false, (query) => query.where('transcriptOrigins.origin', '!=', 'corrected'))
        .orderBy('transcripts.version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toTranscript(db, row) : null;
    },
    async find(scope, sourceId, version) {
      const row = await readable(db, scope)
        .where('transcripts.sourceId', '=', sourceId)
        .where('transcripts.version', '=', version)
        .executeTakeFirst();
      return row ? toTranscript(db, row) : null;
    },
    async findings(scope, sourceId, version) {
      const row = await withOrigins(db)
        .select('transcriptOrigins.findingsJson')
        .where(within(scope, 'transcripts'))
        .where(notInTrash())
        .where('transcripts.sourceId', '=', sourceId)
        .where('transcripts.version', '=', version)
        .executeTakeFirst();
      return row?.findingsJson ? (JSON.parse(row.findingsJson) as TranscriptFindings) : null; // written by `add` from the same type
    },
    async heads(scope, lectureId) {
      const rows = await withOrigins(db)
        .innerJoin('sources', (join) =>
          join.onRef('sources.ownerId', '=', 'transcripts.ownerId').onRef('sources.id', '=', 'transcripts.sourceId'),
        )
        .select(headColumns)
        .where(within(scope, 'transcripts'))
        .where('transcripts.lectureId', '=', lectureId)
        .where('sources.deletedAt', 'is', null)
        .where(notInTrash())
        .where('transcripts.version', '=', (eb) =>
          eb
            .selectFrom('transcripts as newer')
            .select((inner) => inner.fn.max('newer.version').as('version'))
            .whereRef('newer.ownerId', '=', 'transcripts.ownerId')
            .whereRef('newer.sourceId', '=', 'transcripts.sourceId'),
        )
        .orderBy('sources.createdAt')
        .orderBy('sources.id')
        .execute();
      return rows.map(toHead);
    },
  };
}

function withOrigins(db: Db) {
  return db
    .selectFrom('transcripts')
    .innerJoin('transcriptOrigins', (join) =>
      join
        .onRef('transcriptOrigins.ownerId', '=', 'transcripts.ownerId')
        .onRef('transcriptOrigins.sourceId', '=', 'transcripts.sourceId')
        .onRef('transcriptOrigins.version', '=', 'transcripts.version'),
    );
}

/** Whole versions that are not in the trash. */
function readable(db: Db, scope: Scope) {
  return withOrigins(db)
    .select([...headColumns, 'transcripts.segmentsJson'])
    .where(within(scope, 'transcripts'))
    .where(notInTrash());
}

/** The words were not put into the trash by retention. */
function notInTrash(): Expression<SqlBool> {
  const column = (name: string) => sql.ref(name);
  return sql<SqlBool>`not exists (select 1 from ${sql.table('holdings')}
    where ${column('holdings.ownerId')} = ${column('transcripts.ownerId')} and ${column('holdings.sourceId')} = ${column('transcripts.sourceId')}
      and ${column('holdings.holding')} = 'transcript' and ${column('holdings.trashedAt')} is not null
      and ${column('transcripts.version')} <= ${column('holdings.upToVersion')})`;
}

function toHead(row: HeadRow): TranscriptHead {
  const { ownerId, sourceId, version, lectureId, origin, baseVersion, task, engine, model, language, durationMs, createdAt } =
    row;
  return {
    ownerId,
    sourceId,
    version,
    origin,
    baseVersion,
    task,
    lectureId,
    engine,
    model,
    language,
    durationMs,
    draftQuality: row.draftQuality === 1,
    createdAt,
  };
}

function segmentsIn(row: Pick<TranscriptRow, 'segmentsJson'>): Segment[] {
  return JSON.parse(row.segmentsJson) as Segment[]; // written by `add` from the same type
}

/** With the words of its base, where it has one. */
async function toTranscript(db: Db, row: HeadRow & Pick<TranscriptRow, 'segmentsJson'>): Promise<Transcript> {
  const head = toHead(row);
  if (row.baseVersion === null) return { ...head, segments: segmentsIn(row) };
  const laidOver = await db
    .selectFrom('transcriptRevisions')
    .innerJoin('transcripts', (join) =>
      join
        .onRef('transcripts.ownerId', '=', 'transcriptRevisions.ownerId')
        .onRef('transcripts.sourceId', '=', 'transcriptRevisions.sourceId')
        .on('transcripts.version', '=', row.baseVersion),
    )
    .select(['transcriptRevisions.revisionJson', 'transcripts.segmentsJson'])
    .where('transcriptRevisions.ownerId', '=', row.ownerId)
    .where('transcriptRevisions.sourceId', '=', row.sourceId)
    .where('transcriptRevisions.version', '=', row.version)
    .executeTakeFirst();
  // A version that was stored whole over a base.
  if (!laidOver) return { ...head, segments: segmentsIn(row) };
  return { ...head, segments: revise(segmentsIn(laidOver), JSON.parse(laidOver.revisionJson) as Revision) };
}

/** Changes nothing, but two that add to one source come one after the other: each database locks a row that is written. */
async function lockSource(tx: Db, ownerId: string, sourceId: string): Promise<void> {
  await tx
    .updateTable('sources')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('ownerId', '=', ownerId)
    .where('id', '=', sourceId)
    .execute();
}

async function newestVersion(tx: Db, ownerId: string, sourceId: string): Promise<number> {
  const newest = await tx
    .selectFrom('transcripts')
    .select((eb) => eb.fn.max('version').as('version'))
    .where('ownerId', '=', ownerId)
    .where('sourceId', '=', sourceId)
    .executeTakeFirst();
  return newest?.version ?? 0;
}

async function insertNext(
  tx: Db,
  ownerId: string,
  transcript: Omit<Transcript, 'version'>,
  findings: TranscriptFindings | undefined,
): Promise<{ version: number }> {
  const { sourceId, lectureId, engine, model, language, durationMs, draftQuality, createdAt, segments } = transcript;
  const { origin, baseVersion, task } = transcript;
  await lockSource(tx, ownerId, sourceId);
  // A number that was cited once never stands for other words, though its words are gone.
  const gone = await tx
    .selectFrom('holdings')
    .select('upToVersion')
    .where('ownerId', '=', ownerId)
    .where('sourceId', '=', sourceId)
    .where('holding', '=', 'transcript')
    .executeTakeFirst();
  const version = Math.max(await newestVersion(tx, ownerId, sourceId), gone?.upToVersion ?? 0) + 1;
  const row = { ownerId, sourceId, version, lectureId, engine, model, language, durationMs, createdAt };
  await tx
    .insertInto('transcripts')
    .values({ ...row, draftQuality: draftQuality ? 1 : 0, segmentsJson: JSON.stringify(segments) })
    .execute();
  const findingsJson = findings ? JSON.stringify(findings) : null;
  await tx
    .insertInto('transcriptOrigins')
    .values({ ownerId, sourceId, version, origin, baseVersion, task, findingsJson })
    .execute();
  return { version };
}
