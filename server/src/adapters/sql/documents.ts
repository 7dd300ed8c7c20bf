import { documentPageSchema, type DocumentText } from '../../core/domain/document.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { DocumentHead, DocumentStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, DocumentRow } from './tables.ts';

const headColumns = [
  'documents.ownerId',
  'documents.sourceId',
  'documents.version',
  'documents.lectureId',
  'documents.reader',
  'documents.format',
  'documents.title',
  'documents.author',
  'documents.publishedAt',
  'documents.language',
  'documents.createdAt',
] as const;

const pagesSchema = documentPageSchema.array();

/** One row a version, the pages in it as JSON, always read and written whole. */
export function documentStore(db: Db): DocumentStore {
  return {
    async add(scope, text) {
      const ownerId = ownerOf(scope, text.ownerId);
      const { pages, ...head } = text;
      const version = await atomically(db, async (tx) => {
        // Changes nothing, but two that add to one source come one after the other: each database locks a row that is written.
        await tx
          .updateTable('sources')
          .set((eb) => ({ id: eb.ref('id') }))
          .where('ownerId', '=', ownerId)
          .where('id', '=', text.sourceId)
          .execute();
        const newest = await tx
          .selectFrom('documents')
          .select((eb) => eb.fn.max('version').as('version'))
          .where('ownerId', '=', ownerId)
          .where('sourceId', '=', text.sourceId)
          .executeTakeFirst();
        const next = (newest?.version ?? 0) + 1;
        await tx
          .insertInto('documents')
          .values({ ...head, version: next, pagesJson: JSON.stringify(pages) })
          .execute();
        return next;
      });
      return { ...text, version };
    },
    async latest(scope, sourceId) {
      const row = await db
        .selectFrom('documents')
        .selectAll()
        .where(within(scope, 'documents'))
        .where('sourceId', '=', sourceId)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toDocument(row) : null;
    },
    async find(scope, sourceId, version) {
      const row = await db
        .selectFrom('documents')
        .selectAll()
        .where(within(scope, 'documents'))
        .where('sourceId', '=', sourceId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row ? toDocument(row) : null;
    },
    async heads(scope, lectureId) {
      const rows = await db
        .selectFrom('documents')
        .innerJoin('sources', (join) =>
          join.onRef('sources.ownerId', '=', 'documents.ownerId').onRef('sources.id', '=', 'documents.sourceId'),
        )
        .select(headColumns)
        .where(within(scope, 'documents'))
        .where('documents.lectureId', '=', lectureId)
        .where('sources.deletedAt', 'is', null)
        .where('documents.version', '=', (eb) =>
          eb
            .selectFrom('documents as newer')
            .select((inner) => inner.fn.max('newer.version').as('version'))
            .whereRef('newer.ownerId', '=', 'documents.ownerId')
            .whereRef('newer.sourceId', '=', 'documents.sourceId'),
        )
        .orderBy('sources.createdAt')
        .orderBy('sources.id')
        .execute();
      return rows.map(toHead);
    },
  };
}

function toHead(row: Omit<DocumentRow, 'pagesJson'>): DocumentHead {
  const { ownerId, sourceId, version, lectureId, reader, title, author, publishedAt, language, createdAt } = row;
  const format = row.format as DocumentHead['format']; // only this store writes the column
  return { ownerId, sourceId, version, lectureId, reader, format, title, author, publishedAt, language, createdAt };
}

function toDocument(row: DocumentRow): DocumentText {
  return { ...toHead(row), pages: pagesSchema.parse(JSON.parse(row.pagesJson)) };
}
