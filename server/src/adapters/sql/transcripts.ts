import { sql, type Expression, type SqlBool } from 'kysely';
import type { Segment, Transcript } from '../../core/domain/transcript.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { TranscriptHead, TranscriptStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, TranscriptRow } from './tables.ts';

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
] as const;

/** One row a version, the words in it as JSON: 3 hours are about 3 MB, always read and written whole. */
export function transcriptStore(db: Db): TranscriptStore {
  return {
    async add(scope, transcript) {
      const ownerId = ownerOf(scope, transcript.ownerId);
      const { sourceId, lectureId, engine, model, language, durationMs, draftQuality, createdAt, segments } = transcript;
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
        return next;
      });
      return { ...transcript, version };
    },
    async latest(scope, sourceId) {
      const row = await db
        .selectFrom('transcripts')
        .selectAll()
        .where(within(scope, 'transcripts'))
        .where('sourceId', '=', sourceId)
        .where(notInTrash())
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toTranscript(row) : null;
    },
    async find(scope, sourceId, version) {
      const row = await db
        .selectFrom('transcripts')
        .selectAll()
        .where(within(scope, 'transcripts'))
        .where('sourceId', '=', sourceId)
        .where('version', '=', version)
        .where(notInTrash())
        .executeTakeFirst();
      return row ? toTranscript(row) : null;
    },
    async heads(scope, lectureId) {
      const rows = await db
        .selectFrom('transcripts')
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

/** The words were not put into the trash by retention. */
function notInTrash(): Expression<SqlBool> {
  const column = (name: string) => sql.ref(name);
  return sql<SqlBool>`not exists (select 1 from ${sql.table('holdings')}
    where ${column('holdings.ownerId')} = ${column('transcripts.ownerId')} and ${column('holdings.sourceId')} = ${column('transcripts.sourceId')}
      and ${column('holdings.holding')} = 'transcript' and ${column('holdings.trashedAt')} is not null
      and ${column('transcripts.version')} <= ${column('holdings.upToVersion')})`;
}

function toHead(row: Omit<TranscriptRow, 'segmentsJson'>): TranscriptHead {
  const { ownerId, sourceId, version, lectureId, engine, model, language, durationMs, createdAt } = row;
  return {
    ownerId,
    sourceId,
    version,
    lectureId,
    engine,
    model,
    language,
    durationMs,
    draftQuality: row.draftQuality === 1,
    createdAt,
  };
}

function toTranscript(row: TranscriptRow): Transcript {
  const segments = JSON.parse(row.segmentsJson) as Segment[]; // written by `add` from the same type
  return { ...toHead(row), segments };
}
