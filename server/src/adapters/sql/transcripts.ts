import { sql, type Expression, type SqlBool } from 'kysely';
import type { Segment, Transcript, TranscriptFindings } from '../../core/domain/transcript.ts';
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
      const ownerId = ownerOf(scope, transcript.ownerId);
      const { sourceId, lectureId, engine, model, language, durationMs, draftQuality, createdAt, segments } = transcript;
      const { origin, baseVersion, task } = transcript;
      const version = await atomically(db, async (tx) => {
        // Changes nothing, but two that add to one source come one after the other: each database locks a row that is written.
        await tx
          .updateTable('sources')
          .set((eb) => ({ id: eb.ref('id') }))
          .where('ownerId', '=', ownerId)
          .where('id', '=', sourceId)
          .execute();
        const newest = await tx
          .selectFrom('transcripts')
          .select((eb) => eb.fn.max('version').as('version'))
          .where('ownerId', '=', ownerId)
          .where('sourceId', '=', sourceId)
          .executeTakeFirst();
        // A number that was cited once never stands for other words, though its words are gone.
        const gone = await tx
          .selectFrom('holdings')
          .select('upToVersion')
          .where('ownerId', '=', ownerId)
          .where('sourceId', '=', sourceId)
          .where('holding', '=', 'transcript')
          .executeTakeFirst();
        const next = Math.max(newest?.version ?? 0, gone?.upToVersion ?? 0) + 1;
        await tx
          .insertInto('transcripts')
          .values({
            ownerId,
            sourceId,
            version: next,
            lectureId,
            engine,
            model,
            language,
            durationMs,
            draftQuality: draftQuality ? 1 : 0,
            createdAt,
            segmentsJson: JSON.stringify(segments),
          })
          .execute();
        const findingsJson = findings ? JSON.stringify(findings) : null;
        await tx
          .insertInto('transcriptOrigins')
          .values({ ownerId, sourceId, version: next, origin, baseVersion, task, findingsJson })
          .execute();
        return next;
      });
      return { ...transcript, version };
    },
    async latest(scope, sourceId, filter) {
      const row = await readable(db, scope)
        .where('transcripts.sourceId', '=', sourceId)
        .$if(filter?.corrected === false, (query) => query.where('transcriptOrigins.origin', '!=', 'corrected'))
        .orderBy('transcripts.version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toTranscript(row) : null;
    },
    async find(scope, sourceId, version) {
      const row = await readable(db, scope)
        .where('transcripts.sourceId', '=', sourceId)
        .where('transcripts.version', '=', version)
        .executeTakeFirst();
      return row ? toTranscript(row) : null;
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

function toTranscript(row: HeadRow & Pick<TranscriptRow, 'segmentsJson'>): Transcript {
  const segments = JSON.parse(row.segmentsJson) as Segment[]; // written by `add` from the same type
  return { ...toHead(row), segments };
}
