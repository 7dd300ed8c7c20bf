import { sql, type SqlBool } from 'kysely';
import { artifactKinds } from '@scholium/contract';
import type { Artifact, ArtifactFallback, ArtifactKind, ArtifactUsage } from '../../core/domain/artifact.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { ArtifactStore } from '../../core/ports/artifact-store.ts';
import { artifactEditFacts, contentOf, editRow, type EditFactsRow } from './artifact-edits.ts';
import { within } from './scoped.ts';
import type { ArtifactEditRow, ArtifactRow, Db } from './tables.ts';

export function artifactStore(db: Db): ArtifactStore {
  return {
    async insert(scope, artifact) {
      await db
        .insertInto('artifacts')
        .values(toRow(artifact, ownerOf(scope, artifact.ownerId)))
        .execute();
    },
    async ofLecture(scope, lectureId, options) {
      let query = db
        .selectFrom('artifacts')
        .selectAll()
        .where(within(scope, 'artifacts'))
        .where('lectureId', '=', lectureId)
        .where('deletedAt', 'is', null);
      if (!options?.history) query = query.where((eb) => eb.not(eb.exists(newer(db))));
      const rows = await query.orderBy('createdAt', 'desc').orderBy('id', 'desc').execute();
      const edits = await newestEdits(db, rows);
      return rows
        .map((row) => toArtifact(row, edits.get(keyOf(row.ownerId, row.id)) ?? null))
        .sort((a, b) => artifactKinds.indexOf(a.kind) - artifactKinds.indexOf(b.kind));
    },
    async find(scope, id, filter = {}) {
      const row = await db
        .selectFrom('artifacts')
        .selectAll()
        .where(within(scope, 'artifacts'))
        .where('id', '=', id)
        .where('deletedAt', filter.trashed ? 'is not' : 'is', null)
        .executeTakeFirst();
      if (!row) return null;
      if (filter.version === 0) return toArtifact(row, null);
      const edit = await editOf(db, row, filter.version);
      return edit === null && filter.version !== undefined ? null : toArtifact(row, edit);
    },
    async addEdit(scope, artifactId, edit) {
      const done = await db
        .insertInto('artifactEdits')
        .values(editRow(ownerOf(scope), artifactId, edit))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return done.numInsertedOrUpdatedRows === 1n;
    },
    async edits(scope, artifactId) {
      const rows: EditFactsRow[] = await db
        .selectFrom('artifactEdits')
        .select(['version', 'author', 'at', 'origin', 'originVersion', 'originArtifactId'])
        .where(within(scope, 'artifactEdits'))
        .where('artifactId', '=', artifactId)
        .orderBy('version')
        .execute();
      return rows.map(artifactEditFacts);
    },
    async setDeletedAt(scope, id, deletedAt) {
      const done = await db
        .updateTable('artifacts')
        .set({ deletedAt })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },
    async trashed(scope, limit) {
      const rows = await db
        .selectFrom('artifacts')
        .selectAll()
        .where(within(scope, 'artifacts'))
        .where('deletedAt', 'is not', null)
        .orderBy('deletedAt')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => toArtifact(row, null));
    },
    async removeExpired(before) {
      const done = await db.deleteFrom('artifacts').where('deletedAt', '<', before).executeTakeFirst();
      return Number(done.numDeletedRows);
    },
  };
}

/** Another artifact of the same lecture, kind and preset that was made later and is not in the trash. */
function newer(db: Db) {
  return db
    .selectFrom('artifacts as newer')
    .select('newer.id')
    .where('newer.deletedAt', 'is', null)
    .where(sql<SqlBool>`(${sql.ref('newer.ownerId')}, ${sql.ref('newer.lectureId')}, ${sql.ref('newer.kind')}, ${sql.ref('newer.presetId')})
      = (${sql.ref('artifacts.ownerId')}, ${sql.ref('artifacts.lectureId')}, ${sql.ref('artifacts.kind')}, ${sql.ref('artifacts.presetId')})`)
    .where(
      sql<SqlBool>`(${sql.ref('newer.createdAt')}, ${sql.ref('newer.id')}) > (${sql.ref('artifacts.createdAt')}, ${sql.ref('artifacts.id')})`,
    );
}

/** The newest edit of each artifact that has one. */
async function newestEdits(db: Db, artifacts: readonly ArtifactRow[]): Promise<Map<string, ArtifactEditRow>> {
  const [first] = artifacts;
  if (!first) return new Map();
  const rows = await db
    .selectFrom('artifactEdits')
    .selectAll('artifactEdits')
    .innerJoin('artifacts', (join) =>
      join.onRef('artifacts.ownerId', '=', 'artifactEdits.ownerId').onRef('artifacts.id', '=', 'artifactEdits.artifactId'),
    )
    .where('artifacts.lectureId', '=', first.lectureId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('artifactEdits as newer')
            .select('newer.version')
            .whereRef('newer.ownerId', '=', 'artifactEdits.ownerId')
            .whereRef('newer.artifactId', '=', 'artifactEdits.artifactId')
            .whereRef('newer.version', '>', 'artifactEdits.version'),
        ),
      ),
    )
    .execute();
  return new Map(rows.map((row) => [keyOf(row.ownerId, row.artifactId), row]));
}

async function editOf(db: Db, { ownerId, id }: ArtifactRow, version: number | undefined): Promise<ArtifactEditRow | null> {
  let query = db.selectFrom('artifactEdits').selectAll().where('ownerId', '=', ownerId).where('artifactId', '=', id);
  if (version !== undefined) query = query.where('version', '=', version);
  return (await query.orderBy('version', 'desc').limit(1).executeTakeFirst()) ?? null;
}

function keyOf(ownerId: string, artifactId: string): string {
  return JSON.stringify([ownerId, artifactId]);
}

function toRow(artifact: Artifact, ownerId: string): ArtifactRow {
  const { id, lectureId, kind, title, engine, model, presetId, presetVersion, transcriptVersion, createdAt, deletedAt } =
    artifact;
  return {
    ownerId,
    id,
    lectureId,
    kind,
    title,
    engine,
    model,
    presetId,
    presetVersion,
    transcriptVersion,
    createdAt,
    deletedAt,
    contentJson: JSON.stringify(artifact.content),
    citationsJson: JSON.stringify(artifact.citations),
    textsJson: JSON.stringify(artifact.texts),
    usageJson: modelJson(artifact),
    unsupportedJson: JSON.stringify(artifact.unsupported),
  };
}

function toArtifact(row: ArtifactRow, edit: ArtifactEditRow | null): Artifact {
  const { contentJson: _, citationsJson: __, textsJson, usageJson, unsupportedJson, ...facts } = row;
  return {
    ...facts,
    // All of these are written by `insert` from an Artifact.
    kind: row.kind as ArtifactKind,
    texts: JSON.parse(textsJson) as Artifact['texts'],
    ...modelFacts(usageJson),
    unsupported: JSON.parse(unsupportedJson) as Artifact['unsupported'],
    ...contentOf(edit ?? row),
    version: edit?.version ?? 0,
    edit: edit && artifactEditFacts(edit),
  };
}

/** How asking a language model went is kept in one column: what it cost, and why another engine had to write. */
function modelJson({ usage, fallback }: Artifact): string | null {
  return usage || fallback ? JSON.stringify({ ...usage, ...(fallback && { fallback }) }) : null;
}

function modelFacts(usageJson: string | null): Pick<Artifact, 'usage' | 'fallback'> {
  if (usageJson === null) return { usage: null, fallback: null };
  // Written above; without `calls` nothing answered that would have cost.
  const { fallback = null, ...usage } = JSON.parse(usageJson) as Partial<ArtifactUsage> & { fallback?: ArtifactFallback };
  return { usage: usage.calls === undefined ? null : (usage as ArtifactUsage), fallback };
}
