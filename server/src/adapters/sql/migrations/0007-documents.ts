import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The texts of documents, by version, and where a web page was asked for.
 *
 * The way back: drop the table `documents` and the column `sources.url`, and delete the row `0007-documents` of
 * kysely_migration. Documents are then kept as files but have no text; web pages that were not fetched yet are lost.
 */
export const documents: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('sources').addColumn('url', 'text').execute();
    await db.schema
      .createTable('documents')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('lecture_id', 'text', (c) => c.notNull())
      .addColumn('reader', 'text', (c) => c.notNull())
      .addColumn('format', 'text', (c) => c.notNull())
      .addColumn('title', 'text')
      .addColumn('author', 'text')
      .addColumn('published_at', 'text')
      .addColumn('language', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      // Last on purpose: SQLite reads the columns before it without touching the pages that hold the text.
      .addColumn('pages_json', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('documents_pk', ['owner_id', 'source_id', 'version'])
      .addForeignKeyConstraint('documents_source', ['owner_id', 'source_id'], 'sources', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
    await db.schema.createIndex('documents_of_lecture').on('documents').columns(['owner_id', 'lecture_id']).execute();
  },
};
