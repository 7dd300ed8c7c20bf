import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Uploads that arrive in pieces, and the keys under which their bytes lie.
 *
 * The way back: drop the tables `upload_keys` and `uploads`, and delete the row `0006-uploads` of kysely_migration.
 * Uploads that are not finished are lost, and their bytes stay under `uploads/` of each owner until they are removed by hand.
 */
export const uploads: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('uploads')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('file_name', 'text', (c) => c.notNull())
      .addColumn('metadata_json', 'text', (c) => c.notNull())
      .addColumn('size_bytes', 'bigint')
      .addColumn('offset_bytes', 'bigint', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('job_id', 'text')
      .addColumn('lecture_id', 'text')
      .addColumn('source_id', 'text')
      .addColumn('error_json', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('uploads_pk', ['owner_id', 'id'])
      .execute();
    await db.schema.createIndex('uploads_expiring').on('uploads').columns(['expires_at', 'id']).execute();
    await db.schema.createIndex('uploads_receiving').on('uploads').columns(['owner_id', 'status']).execute();
    await db.schema
      .createTable('upload_keys')
      .addColumn('owner_id', 'text', (c) => c.notNull())
      .addColumn('upload_id', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      // Both null while the bytes are not part of the upload: they are being stored, or were left behind.
      .addColumn('offset_bytes', 'bigint')
      .addColumn('size_bytes', 'bigint')
      .addPrimaryKeyConstraint('upload_keys_pk', ['owner_id', 'upload_id', 'key'])
      .addForeignKeyConstraint('upload_keys_upload', ['owner_id', 'upload_id'], 'uploads', ['owner_id', 'id'], (fk) =>
        fk.onDelete('cascade'),
      )
      .execute();
  },
};
