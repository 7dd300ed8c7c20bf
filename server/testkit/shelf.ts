import type { DocumentText } from '../src/core/domain/document.ts';
import type { Course, Lecture, Source } from '../src/core/domain/library.ts';
import type { Scope } from '../src/core/domain/scope.ts';
import type { Transcript } from '../src/core/domain/transcript.ts';
import type { SpeakerStore } from '../src/core/ports/speaker-store.ts';
import type { SettingStore } from '../src/core/ports/setting-store.ts';
import type {
  CourseStore,
  DocumentStore,
  LectureStore,
  SourceStore,
  Store,
  TrashFilter,
  TranscriptStore,
} from '../src/core/ports/store.ts';

/** What the steps that only read the library ask of a store. */
type ReadableStore = {
  courses: Pick<CourseStore, 'find'>;
  lectures: Pick<LectureStore, 'find'>;
  sources: Pick<SourceStore, 'find'>;
  transcripts: Pick<TranscriptStore, 'find' | 'latest'>;
  documents: Pick<DocumentStore, 'find' | 'latest'>;
  settings: Pick<SettingStore, 'read'>;
  speakers: Pick<SpeakerStore, 'ofSource'>;
};

/** One course with one lecture with one source (ids `course`, `lecture`, `source`, owner `ann`), to be changed by tests. */
export interface Shelf {
  course: Course | null;
  lecture: Lecture | null;
  source: Source | null;
  transcripts: Transcript[];
  documents: DocumentText[];
  readonly store: Pick<Store, 'courses' | 'lectures' | 'sources' | 'speakers' | 'transcripts' | 'documents' | 'settings'>;
}

export function makeShelf(...transcripts: Transcript[]): Shelf {
  const owned = { ownerId: 'ann', createdAt: 0, deletedAt: null };
  const shelf: Shelf = {
    course: { ...owned, id: 'course', title: 'Physics' },
    lecture: { ...owned, id: 'lecture', courseId: 'course', presetId: 'exam', title: 'Tides', pinned: false },
    source: {
      ...owned,
      id: 'source',
      lectureId: 'lecture',
      kind: 'recording',
      title: 'Recording',
      fileName: 'tides.opus',
      mediaType: 'audio/ogg',
      sizeBytes: 1,
      sha256: '',
      blobKey: 'blob',
      url: null,
      durationMs: null,
    },
    transcripts,
    documents: [],
    // Only reading is served: a use case that does more fails at once.
    store: {} as Shelf['store'],
  };
  const visible = <T extends { id: string; ownerId: string; deletedAt: number | null }>(
    row: T | null,
    scope: Scope,
    id: string,
    filter?: TrashFilter,
  ): T | null => {
    if (row?.id !== id || (scope.kind === 'owner' && scope.ownerId !== row.ownerId)) return null;
    return (row.deletedAt !== null) === (filter?.trashed ?? false) ? row : null;
  };
  const readable: ReadableStore = {
    courses: { find: async (scope, id, filter) => visible(shelf.course, scope, id, filter) },
    lectures: { find: async (scope, id, filter) => visible(shelf.lecture, scope, id, filter) },
    sources: { find: async (scope, id, filter) => visible(shelf.source, scope, id, filter) },
    transcripts: {
      find: async (_scope, sourceId, version) =>
        shelf.transcripts.find((transcript) => transcript.sourceId === sourceId && transcript.version === version) ?? null,
      latest: async (_scope, sourceId) => shelf.transcripts.findLast((transcript) => transcript.sourceId === sourceId) ?? null,
    },
    settings: { read: async () => ({}) },
    speakers: { ofSource: async () => [] },
    documents: {
      find: async (_scope, sourceId, version) =>
        shelf.documents.find((document) => document.sourceId === sourceId && document.version === version) ?? null,
      latest: async (_scope, sourceId) => shelf.documents.findLast((document) => document.sourceId === sourceId) ?? null,
    },
  };
  Object.assign(shelf.store, readable);
  return shelf;
}
