import { ownerOf } from '../src/core/domain/scope.ts';
import type { Speaker } from '../src/core/domain/speaker.ts';
import type { SpeakerStore } from '../src/core/ports/speaker-store.ts';
import { drop, keyOf, select, type Access } from './memory-state.ts';

export function memorySpeakers(access: Access): SpeakerStore {
  return {
    ofSource: (scope, sourceId) =>
      access(({ speakers }) => select(speakers, scope, (row) => row.sourceId === sourceId).sort(inOrder)),
    replace: (scope, sourceId, replacing) =>
      access(({ speakers }) => {
        const ownerId = ownerOf(scope);
        drop(speakers, (row) => row.ownerId === ownerId && row.sourceId === sourceId);
        for (const speaker of replacing) speakers.set(keyFor(ownerOf(scope, speaker.ownerId), speaker), structuredClone(speaker));
      }),
    put: (scope, speaker) =>
      access(({ speakers }) => void speakers.set(keyFor(ownerOf(scope, speaker.ownerId), speaker), structuredClone(speaker))),
    namedInCourse: (scope, courseId) =>
      access((state) =>
        select(state.speakers, scope, ({ ownerId, sourceId, name, byVoice, voice }) => {
          const source = state.sources.get(keyOf(ownerId, sourceId));
          const lecture = source && state.lectures.get(keyOf(ownerId, source.lectureId));
          const isThere = source?.deletedAt === null && lecture?.deletedAt === null && lecture.courseId === courseId;
          return isThere && name !== null && !byVoice && voice !== null;
        }).sort((a, b) => (a.sourceId < b.sourceId ? -1 : a.sourceId > b.sourceId ? 1 : inOrder(a, b))),
      ),
  };
}

function keyFor(ownerId: string, { sourceId, label }: Speaker): string {
  return keyOf(ownerId, sourceId, label);
}

function inOrder(a: Speaker, b: Speaker): number {
  return a.colour - b.colour || (a.label < b.label ? -1 : 1);
}
