import type { Artifact } from '../src/core/domain/artifact.ts';
import type { NewJob } from '../src/core/domain/job.ts';
import { LOCAL_OWNER } from '../src/core/domain/scope.ts';
import type { DocumentText } from '../src/core/domain/document.ts';
import type { Course, Lecture, Source } from '../src/core/domain/library.ts';
import type { LiveMark, LiveRecording } from '../src/core/domain/live-recording.ts';
import type { Upload } from '../src/core/domain/upload.ts';
import type { Message, Thread } from '../src/core/domain/thread.ts';
import type { Transcript } from '../src/core/domain/transcript.ts';

/** Records with every field filled; a test names only what it is about. */
export function aCourse(fields: Partial<Course> = {}): Course {
  return { id: 'course-1', ownerId: LOCAL_OWNER, title: 'Biology', createdAt: 1_000, deletedAt: null, ...fields };
}

export function aLecture(fields: Partial<Lecture> = {}): Lecture {
  return {
    id: 'lecture-1',
    ownerId: LOCAL_OWNER,
    courseId: 'course-1',
    presetId: 'exam',
    title: 'How memory works',
    createdAt: 2_000,
    deletedAt: null,
    pinned: false,
    ...fields,
  };
}

export function anUpload(fields: Partial<Upload> = {}): Upload {
  return {
    id: 'upl_1',
    ownerId: LOCAL_OWNER,
    fileName: 'memory.mp3',
    metadata: { filename: 'memory.mp3' },
    sizeBytes: 100,
    offsetBytes: 0,
    status: 'receiving',
    createdAt: 5_000,
    updatedAt: 5_000,
    expiresAt: 50_000,
    jobId: null,
    lectureId: null,
    sourceId: null,
    error: null,
    ...fields,
  };
}

export function aLiveRecording(fields: Partial<LiveRecording> = {}): LiveRecording {
  return {
    id: 'liv_1',
    ownerId: LOCAL_OWNER,
    lectureId: 'lecture-1',
    uploadId: 'upl_1',
    format: 'pcm',
    language: null,
    engine: null,
    status: 'open',
    createdAt: 5_000,
    soundAt: 5_000,
    endedAt: null,
    heardMs: 0,
    jobId: null,
    sourceId: null,
    error: null,
    ...fields,
  };
}

export function aLiveMark(fields: Partial<LiveMark> = {}): LiveMark {
  return {
    id: 'mrk_1',
    ownerId: LOCAL_OWNER,
    liveId: 'liv_1',
    lectureId: 'lecture-1',
    atMs: 2_500,
    label: 'lost',
    note: null,
    createdAt: 6_000,
    ...fields,
  };
}

export function aSource(fields: Partial<Source> = {}): Source {
  const id = fields.id ?? 'src_1';
  return {
    id,
    ownerId: LOCAL_OWNER,
    lectureId: 'lecture-1',
    kind: 'recording',
    title: 'Recording',
    fileName: 'memory.mp3',
    mediaType: 'audio/mpeg',
    sizeBytes: 1_234,
    sha256: 'ab'.repeat(32),
    blobKey: `sources/${id}`,
    url: null,
    durationMs: null,
    createdAt: 3_000,
    deletedAt: null,
    ...fields,
  };
}

export function aDocument(fields: Partial<DocumentText> = {}): Omit<DocumentText, 'version'> {
  const { version: _, ...rest } = fields;
  const text = 'How memory works\n\nMemory fades. Sleep helps it to stay.';
  return {
    ownerId: LOCAL_OWNER,
    lectureId: 'lecture-1',
    sourceId: 'src_1',
    reader: 'plain:1',
    format: 'markdown',
    title: 'Memory',
    author: null,
    publishedAt: null,
    language: 'en',
    createdAt: 4_000,
    pages: [{ number: 1, label: null, text, headings: [{ startChar: 0, level: 1, title: 'How memory works' }] }],
    ...rest,
  };
}

export function aTranscript(fields: Partial<Transcript> = {}): Omit<Transcript, 'version'> {
  const words = [
    { text: 'Memory', startMs: 0, endMs: 400, confidence: 0.9 },
    { text: 'fades.', startMs: 400, endMs: 900, confidence: 0.8 },
  ];
  const { version: _, ...rest } = fields;
  return {
    ownerId: LOCAL_OWNER,
    lectureId: 'lecture-1',
    sourceId: 'src_1',
    origin: 'machine',
    baseVersion: null,
    task: 'transcribe',
    engine: 'replay',
    model: 'test',
    language: 'en',
    durationMs: 900,
    draftQuality: true,
    createdAt: 4_000,
    segments: [{ id: 0, startMs: 0, endMs: 900, speaker: null, text: 'Memory fades.', confidence: 0.85, words }],
    ...rest,
  };
}

export function aThread(fields: Partial<Thread> = {}): Thread {
  return {
    id: 'thr_1',
    ownerId: LOCAL_OWNER,
    title: 'Memory',
    about: { kind: 'lectures', lectureIds: ['lecture-1'] },
    createdAt: 6_000,
    updatedAt: 6_000,
    deletedAt: null,
    ...fields,
  };
}

export function aMessage(fields: Partial<Message> = {}): Message {
  return {
    id: 'msg_1',
    ownerId: LOCAL_OWNER,
    threadId: 'thr_1',
    role: 'user',
    text: 'What fades?',
    status: 'complete',
    supported: null,
    citations: [],
    unsupported: [],
    engine: null,
    model: null,
    createdAt: 6_500,
    ...fields,
  };
}

export function anArtifact(fields: Partial<Artifact> = {}): Artifact {
  return {
    id: 'art_1',
    ownerId: LOCAL_OWNER,
    lectureId: 'lecture-1',
    kind: 'summary',
    title: 'Summary',
    engine: 'extractive',
    model: 'test',
    presetId: 'exam',
    presetVersion: 1,
    transcriptVersion: 1,
    texts: [],
    fallback: null,
    usage: null,
    unsupported: [],
    createdAt: 5_000,
    deletedAt: null,
    version: 0,
    edit: null,
    content: { passages: [{ text: 'Memory fades.', cites: [0] }] },
    citations: [
      {
        lectureId: 'lecture-1',
        sourceId: 'src_1',
        kind: 'recording',
        textVersion: 1,
        quote: 'Memory fades.',
        startMs: 0,
        endMs: 900,
        firstWord: 0,
        lastWord: 1,
        page: null,
        startChar: null,
        endChar: null,
      },
    ],
    ...fields,
  };
}

export function aJob(fields: Partial<NewJob> = {}): NewJob {
  return {
    id: 'job_1',
    kind: 'test',
    lectureId: null,
    sourceId: null,
    parentJobId: null,
    payload: {},
    message: 'Waiting for a free worker.',
    maxAttempts: 3,
    timeoutMs: 0,
    estimateMs: 0,
    createdAt: 1_000,
    ...fields,
  };
}
