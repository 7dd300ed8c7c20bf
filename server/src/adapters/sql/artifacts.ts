import { sql, type SqlBool } from 'kysely';
import { artifactKinds } from '@scholium/contract';
import type { Artifact, ArtifactKind } from '../../core/domain/artifact.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { ArtifactStore } from '../../core/ports/store.ts';
import { within } from './scoped.ts';
import type { ArtifactRow, Db } from './tables.ts';

export function artifactStore(db: Db): ArtifactStore {
  return {
    async insert(scope, artifact) {
      const ownerId = ownerOf(scope, artifact.ownerId);
      const { id, lectureId, kind, title, engine, model, presetId, presetVersion, transcriptVersion, createdAt } = artifact;
      const contentJson = JSON.stringify(artifact.content);
      const citationsJson = JSON.stringify(artifact.citations);
      await db
        .insertInto('artifacts')
        .values({
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
          contentJson,
          citationsJson,
        })
        .execute();
    },
    async ofLecture(scope, lectureId, options) {
      let query = db.selectFrom('artifacts').selectAll().where(within(scope, 'artifacts')).where('lectureId', '=', lectureId);
      if (!options?.history) query = query.where((eb) => eb.not(eb.exists(newer(db))));
      const rows = await query.orderBy('createdAt', 'desc').orderBy('id', 'desc').execute();
      return rows.map(toArtifact).sort((a, b) => artifactKinds.indexOf(a.kind) - artifactKinds.indexOf(b.kind));
    },
  };
}

/** Another artifact of the same lecture, kind and preset that was made later. */
function newer(db: Db) {
  return db
    .selectFrom('artifacts as newer')
    .select('newer.id')
    .where(sql<SqlBool>`(${sql.ref('newer.ownerId')}, ${sql.ref('newer.lectureId')}, ${sql.ref('newer.kind')}, ${sql.ref('newer.presetId')})
      = (${sql.ref('artifacts.ownerId')}, ${sql.ref('artifacts.lectureId')}, ${sql.ref('artifacts.kind')}, ${sql.ref('artifacts.presetId')})`)
    .where(
      sql<SqlBool>`(${sql.ref('newer.createdAt')}, ${sql.ref('newer.id')}) > (${sql.ref('artifacts.createdAt')}, ${sql.ref('artifacts.id')})`,
    );
}

function toArtifact(row: ArtifactRow): Artifact {
  const { id, ownerId, lectureId, title, engine, model, presetId, presetVersion, transcriptVersion, createdAt } = row;
  // Both columns and the kind are written by `insert` from an Artifact.
  const kind = row.kind as ArtifactKind;
  const content = JSON.parse(row.contentJson) as Artifact['content'];
  const citations = JSON.parse(row.citationsJson) as Artifact['citations'];
  return {
    id,
    ownerId,
    lectureId,
    kind,
    title,
    engine,
    model,
    presetId,
    presetVersion,
    transcriptVersion,
    createdAt,
    content,
    citations,
  };
}
