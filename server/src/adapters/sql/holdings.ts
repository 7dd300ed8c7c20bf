import { sql, type AliasedExpression, type Expression, type SqlBool } from 'kysely';
import type { HeldItem, Holding, HoldingState } from '../../core/domain/holding.ts';
import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import type { HoldingStore } from '../../core/ports/holdings.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import { removeUnusedOutputs } from './step-outputs.ts';
import type { Db, HoldingRow } from './tables.ts';
import { visible } from './visible.ts';

interface Made {
  ownerId: string;
  sourceId: string;
  madeAt: number;
  sizeBytes: number;
}

export function holdingStore(db: Db): HoldingStore {
  return {
    async due(scope, holding, before, { after, limit }) {
      const since = sql<number>`case when ${sql.ref('holdings.restoredAt')} > ${sql.ref('made.madeAt')} then ${sql.ref('holdings.restoredAt')} else ${sql.ref('made.madeAt')} end`;
      let query = db
        .selectFrom(madeOf(db, holding))
        .innerJoin('sources', (join) =>
          join.onRef('sources.ownerId', '=', 'made.ownerId').onRef('sources.id', '=', 'made.sourceId'),
        )
        .innerJoin('lectures', (join) =>
          join.onRef('lectures.ownerId', '=', 'sources.ownerId').onRef('lectures.id', '=', 'sources.lectureId'),
        )
        .leftJoin('holdings', (join) =>
          join
            .onRef('holdings.ownerId', '=', 'sources.ownerId')
            .onRef('holdings.sourceId', '=', 'sources.id')
            .on('holdings.holding', '=', holding),
        )
        .select(['sources.ownerId', 'sources.lectureId', 'sources.id as sourceId', 'sources.title', 'made.sizeBytes'])
        .select(since.as('at'))
        .where(within(scope, 'sources'))
        .where(visible('sources'))
        .where(idle())
        .where('lectures.pinned', '=', 0)
        .where('holdings.trashedAt', 'is', null)
        .where(sql<SqlBool>`${since} < ${before}`);
      // What is gone has no words any more, but still has the row of its sound.
      if (holding === 'audio') query = query.where('holdings.goneAt', 'is', null);
      if (after !== null) {
        const key = sql`(${since}, ${sql.ref('sources.ownerId')}, ${sql.ref('sources.id')})`;
        query = query.where(sql<SqlBool>`${key} > (${after.at}, ${after.ownerId}, ${after.sourceId})`);
      }
      const rows = await query.orderBy('at').orderBy('sources.ownerId').orderBy('sources.id').limit(limit).execute();
      return rows.map((row) => ({ ...row, holding }));
    },
    async find(scope, sourceId, holding) {
      const row = await db
        .selectFrom('holdings')
        .selectAll()
        .where(within(scope, 'holdings'))
        .where('sourceId', '=', sourceId)
        .where('holding', '=', holding)
        .executeTakeFirst();
      return row ? toState(row) : null;
    },
    async trash(scope, sourceId, holding, at) {
      const ownerId = ownerOf(scope);
      return atomically(db, async (tx) => {
        const newest = await tx
          .selectFrom('transcripts')
          .select((eb) => eb.fn.max('version').as('version'))
          .where('ownerId', '=', ownerId)
          .where('sourceId', '=', sourceId)
          .executeTakeFirst();
        const upToVersion = newest?.version ?? 0;
        const row = { ownerId, sourceId, holding, trashedAt: at, restoredAt: null, goneAt: null, cleanedAt: null, upToVersion };
        const added = await tx
          .insertInto('holdings')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (added.numInsertedOrUpdatedRows === 1n) return true;
        const changed = await tx
          .updateTable('holdings')
          .set({ trashedAt: at, upToVersion, goneAt: null, cleanedAt: null })
          .where(thisOne(ownerId, sourceId, holding))
          .where('trashedAt', 'is', null)
          // Words that are gone may have been made again; sound comes back by `replaceAudio` only.
          .where((eb) => (holding === 'audio' ? eb('goneAt', 'is', null) : sql<SqlBool>`1 = 1`))
          .executeTakeFirst();
        return changed.numUpdatedRows === 1n;
      });
    },
    async restore(scope, sourceId, at) {
      const ownerId = ownerOf(scope);
      const restored: Holding[] = [];
      for (const holding of ['audio', 'transcript'] as const) {
        const done = await db
          .updateTable('holdings')
          .set({ trashedAt: null, restoredAt: at })
          .where(thisOne(ownerId, sourceId, holding))
          .where('trashedAt', 'is not', null)
          .where('goneAt', 'is', null)
          .executeTakeFirst();
        if (done.numUpdatedRows === 1n) restored.push(holding);
      }
      return restored;
    },
    async inTrash(scope, limit) {
      const rows = await listed(db, scope)
        .where('holdings.trashedAt', 'is not', null)
        .where('holdings.goneAt', 'is', null)
        .where(visible('sources'))
        .orderBy('holdings.trashedAt', 'desc')
        .orderBy('sources.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toItem);
    },
    async expired(scope, before, limit) {
      const rows = await listed(db, scope)
        .select('sources.blobKey')
        .where((eb) =>
          eb.or([
            eb.and([
              eb('holdings.trashedAt', '<', before),
              eb('holdings.goneAt', 'is', null),
              eb('lectures.pinned', '=', 0),
              idle(),
            ]),
            eb.and([eb('holdings.goneAt', 'is not', null), eb('holdings.cleanedAt', 'is', null)]),
          ]),
        )
        .orderBy('holdings.trashedAt')
        .orderBy('sources.id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...toItem(row), blobKey: row.blobKey }));
    },
    async setGone(scope, sourceId, holding, { before, at }) {
      const ownerId = ownerOf(scope);
      return atomically(db, async (tx) => {
        const isText = holding === 'transcript';
        const done = await tx
          .updateTable('holdings')
          .set({ goneAt: at, ...(isText && { trashedAt: null, restoredAt: null, cleanedAt: at }) })
          .where(thisOne(ownerId, sourceId, holding))
          .where('trashedAt', '<', before)
          .where('goneAt', 'is', null)
          .executeTakeFirst();
        if (done.numUpdatedRows !== 1n) return false;
        if (isText) await removeWords(tx, ownerId, sourceId);
        return true;
      });
    },
    async setCleaned(scope, sourceId, at) {
      await db
        .updateTable('holdings')
        .set({ cleanedAt: at })
        .where(thisOne(ownerOf(scope), sourceId, 'audio'))
        .where('goneAt', 'is not', null)
        .execute();
    },
    async replaceAudio(scope, sourceId, at) {
      await db
        .updateTable('holdings')
        .set({ trashedAt: null, goneAt: null, cleanedAt: null, restoredAt: at })
        .where(thisOne(ownerOf(scope), sourceId, 'audio'))
        .execute();
    },
  };
}

/** When each holding was made, and how large it is. */
function madeOf(db: Db, holding: Holding): AliasedExpression<Made, 'made'> {
  if (holding === 'audio') {
    return db
      .selectFrom('sources')
      .select(['ownerId', 'id as sourceId', 'createdAt as madeAt', 'sizeBytes'])
      .where('kind', '=', 'recording')
      .as('made');
  }
  return db
    .selectFrom('transcripts')
    .select((eb) => [
      'ownerId',
      'sourceId',
      eb.fn.max('createdAt').as('madeAt'),
      sql<number>`sum(octet_length(${sql.ref('segmentsJson')}))`.as('sizeBytes'),
    ])
    .groupBy(['ownerId', 'sourceId'])
    .as('made');
}

/** Holdings with what people know them by. */
function listed(db: Db, scope: Scope) {
  return db
    .selectFrom('holdings')
    .innerJoin('sources', (join) =>
      join.onRef('sources.ownerId', '=', 'holdings.ownerId').onRef('sources.id', '=', 'holdings.sourceId'),
    )
    .innerJoin('lectures', (join) =>
      join.onRef('lectures.ownerId', '=', 'sources.ownerId').onRef('lectures.id', '=', 'sources.lectureId'),
    )
    .select(['holdings.ownerId', 'sources.lectureId', 'holdings.sourceId', 'holdings.holding', 'holdings.trashedAt'])
    .select(['sources.title', 'sources.sizeBytes as audioBytes'])
    .select((eb) =>
      eb
        .selectFrom('transcripts')
        .select(sql<number | null>`sum(octet_length(${sql.ref('transcripts.segmentsJson')}))`.as('bytes'))
        .whereRef('transcripts.ownerId', '=', 'holdings.ownerId')
        .whereRef('transcripts.sourceId', '=', 'holdings.sourceId')
        .whereRef('transcripts.version', '<=', 'holdings.upToVersion')
        .as('textBytes'),
    )
    .where(within(scope, 'holdings'));
}

type Listed = Omit<HeldItem, 'holding' | 'sizeBytes' | 'at'> & {
  readonly holding: string;
  readonly trashedAt: number | null;
  readonly audioBytes: number;
  readonly textBytes: number | null;
};

function toItem({ holding, trashedAt, audioBytes, textBytes, ownerId, lectureId, sourceId, title }: Listed): HeldItem {
  const sizeBytes = holding === 'audio' ? audioBytes : (textBytes ?? 0);
  return { ownerId, lectureId, sourceId, title, holding: holding as Holding, sizeBytes, at: trashedAt ?? 0 }; // only `trash` writes the column
}

/** No job waits or runs on the source. */
function idle(): Expression<SqlBool> {
  return sql<SqlBool>`not exists (select 1 from ${sql.table('jobs')}
    where ${sql.ref('jobs.ownerId')} = ${sql.ref('sources.ownerId')} and ${sql.ref('jobs.sourceId')} = ${sql.ref('sources.id')}
      and ${sql.ref('jobs.status')} in ('queued', 'running'))`;
}

function thisOne(ownerId: string, sourceId: string, holding: Holding): Expression<SqlBool> {
  return sql<SqlBool>`(${sql.ref('holdings.ownerId')} = ${ownerId} and ${sql.ref('holdings.sourceId')} = ${sourceId} and ${sql.ref('holdings.holding')} = ${holding})`;
}

/** The versions that were in the trash; with the last of a source also what steps stored of it, which holds the same words. */
async function removeWords(tx: Db, ownerId: string, sourceId: string): Promise<void> {
  await tx
    .deleteFrom('transcripts')
    .where('ownerId', '=', ownerId)
    .where('sourceId', '=', sourceId)
    .where('version', '<=', (eb) =>
      eb
        .selectFrom('holdings')
        .select('upToVersion')
        .where(thisOne(ownerId, sourceId, 'transcript')),
    )
    .execute();
  const left = await tx
    .selectFrom('transcripts')
    .select('version')
    .where('ownerId', '=', ownerId)
    .where('sourceId', '=', sourceId)
    .limit(1)
    .executeTakeFirst();
  if (left) return;
  await tx.deleteFrom('stepOutputUses').where('ownerId', '=', ownerId).where('sourceId', '=', sourceId).execute();
  await removeUnusedOutputs(tx, ownerId);
}

function toState({ ownerId, sourceId, holding, trashedAt, restoredAt, goneAt }: HoldingRow): HoldingState {
  return { ownerId, sourceId, holding: holding as Holding, trashedAt, restoredAt, goneAt }; // only `trash` writes the column
}
