import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import type { Speaker } from '../../core/domain/speaker.ts';
import type { SpeakerStore } from '../../core/ports/speaker-store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, SpeakerRow } from './tables.ts';

export function speakerStore(db: Db): SpeakerStore {
  return {
    async ofSource(scope, sourceId) {
      const rows = await db
        .selectFrom('speakers')
        .selectAll()
        .where(within(scope, 'speakers'))
        .where('sourceId', '=', sourceId)
        .orderBy('colour')
        .orderBy('label')
        .execute();
      return rows.map(toSpeaker);
    },
    async replace(scope, sourceId, speakers) {
      const rows = speakers.map((speaker) => toRow(scope, speaker));
      await atomically(db, async (tx) => {
        await tx.deleteFrom('speakers').where('ownerId', '=', ownerOf(scope)).where('sourceId', '=', sourceId).execute();
        if (rows.length > 0) await tx.insertInto('speakers').values(rows).execute();
      });
    },
    async put(scope, speaker) {
      const row = toRow(scope, speaker);
      await db
        .insertInto('speakers')
        .values(row)
        .onConflict((conflict) => conflict.columns(['ownerId', 'sourceId', 'label']).doUpdateSet(row))
        .execute();
    },
    async namedInCourse(scope, courseId) {
      const rows = await db
        .selectFrom('speakers')
        .innerJoin('sources', (join) =>
          join.onRef('sources.ownerId', '=', 'speakers.ownerId').onRef('sources.id', '=', 'speakers.sourceId'),
        )
        .innerJoin('lectures', (join) =>
          join.onRef('lectures.ownerId', '=', 'sources.ownerId').onRef('lectures.id', '=', 'sources.lectureId'),
        )
        .selectAll('speakers')
        .where(within(scope, 'speakers'))
        .where('lectures.courseId', '=', courseId)
        .where('lectures.deletedAt', 'is', null)
        .where('sources.deletedAt', 'is', null)
        .where('speakers.name', 'is not', null)
        .where('speakers.byVoice', '=', 0)
        .where('speakers.voiceJson', 'is not', null)
        .orderBy('speakers.sourceId')
        .orderBy('speakers.colour')
        .execute();
      return rows.map(toSpeaker);
    },
  };
}

function toRow(scope: Scope, { byVoice, approximate, voice, ...speaker }: Speaker): SpeakerRow {
  ownerOf(scope, speaker.ownerId);
  return {
    ...speaker,
    byVoice: Number(byVoice),
    approximate: Number(approximate),
    voiceJson: voice === null ? null : JSON.stringify(voice),
  };
}

function toSpeaker({ byVoice, approximate, voiceJson, ...row }: SpeakerRow): Speaker {
  const voice = voiceJson === null ? null : (JSON.parse(voiceJson) as Speaker['voice']); // written by `toRow`
  return { ...row, byVoice: byVoice === 1, approximate: approximate === 1, voice };
}
