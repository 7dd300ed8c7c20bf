import type { Job, JobEvent, JobStatus, Lease, NewJob, Outcome } from '../domain/job.ts';
import type { Course, Lecture, Source } from '../domain/library.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';
import type { JobFigures } from '../jobs/job-figures.ts';
import type { DocumentText } from '../domain/document.ts';
import type { Change, Revision } from '../domain/revision.ts';
import type { Transcript, TranscriptFindings } from '../domain/transcript.ts';
import type { ApiKeyStore, AuditStore, CourseShareStore, InvitationStore } from './access-store.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { Cache } from './cache.ts';
import type { FileRowStore } from './file-row-store.ts';
import type { FigureStore } from './figure-store.ts';
import type { HoldingStore } from './holdings.ts';
import type { SettingStore } from './setting-store.ts';
import type { SpeakerStore } from './speaker-store.ts';
import type { LiveStore } from './live-store.ts';
import type { UploadStore } from './uploads.ts';
import type { PresetStore } from './preset-store.ts';
import type { ThreadStore } from './thread-store.ts';

/**
 * Everything that must not be lost. Each call takes a scope and sees only its rows; writing a row of another
 * owner than the scope's is an error of the caller and throws. Listings are newest first unless said otherwise.
 */
export interface Store {
  readonly courses: CourseStore;
  readonly lectures: LectureStore;
  readonly sources: SourceStore;
  readonly transcripts: TranscriptStore;
  readonly speakers: SpeakerStore;
  readonly documents: DocumentStore;
  readonly holdings: HoldingStore;
  readonly outputs: StepOutputStore;
  readonly artifacts: ArtifactStore;
  readonly exports: ExportStore;
  readonly presets: PresetStore;
  readonly threads: ThreadStore;
  readonly jobs: JobStore;
  readonly jobEvents: JobEventStore;
  readonly replies: ReplyStore;
  readonly uploads: UploadStore;
  readonly live: LiveStore;
  readonly files: FileRowStore;
  readonly settings: SettingStore;
  readonly cache: Cache;
  readonly figures: FigureStore;
  readonly apiKeys: ApiKeyStore;
  readonly invitations: InvitationStore;
  readonly shares: CourseShareStore;
  readonly audit: AuditStore;
  /** All of `work` or nothing. Use only the given store inside. Not nested. */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** @throws AppError `database_unavailable` */
  check(): Promise<void>;
  /** What lies in it, for operators: tables by name with the number of their rows. */
  describe(): Promise<StoreDescription>;
  close(): Promise<void>;
}

export interface StoreDescription {
  readonly kind: 'sqlite' | 'postgresql' | 'memory';
  /** Names of those that were applied. */
  readonly migrations: readonly string[];
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * `trashed: true` sees only what is in the trash, false (default) only what is not. What lies in a course or lecture
 * that is in the trash is in the trash with it, though its own `deletedAt` may be null.
 */
export interface TrashFilter {
  readonly trashed?: boolean;
}

export interface CourseStore {
  /** Inserts; an id that exists (in the trash too) makes it return false and change nothing. */
  insert(scope: Scope, course: Course): Promise<boolean>;
  find(scope: Scope, id: string, filter?: TrashFilter): Promise<Course | null>;
  list(scope: Scope, filter: TrashFilter, page: PageRequest): Promise<Page<Course>>;
  rename(scope: Scope, id: string, title: string): Promise<void>;
  /** Puts into the trash (a time) or takes out (null). Returns false when there is no such row. */
  setDeletedAt(scope: Scope, id: string, deletedAt: number | null): Promise<boolean>;
  /** Removes for good, with all below it (lectures, sources, ...). */
  remove(scope: Scope, id: string): Promise<void>;
  /** In the trash since before `before`, oldest first, all owners the scope sees. */
  expired(scope: Scope, before: number, limit: number): Promise<readonly Course[]>;
}

export interface LectureStore {
  insert(scope: Scope, lecture: Lecture): Promise<boolean>;
  find(scope: Scope, id: string, filter?: TrashFilter): Promise<Lecture | null>;
  list(scope: Scope, filter: TrashFilter & { readonly courseId?: string }, page: PageRequest): Promise<Page<Lecture>>;
  update(
    scope: Scope,
    id: string,
    change: { title?: string; presetId?: string; courseId?: string; pinned?: boolean },
  ): Promise<void>;
  setDeletedAt(scope: Scope, id: string, deletedAt: number | null): Promise<boolean>;
  remove(scope: Scope, id: string): Promise<void>;
  expired(scope: Scope, before: number, limit: number): Promise<readonly Lecture[]>;
}

export interface SourceStore {
  insert(scope: Scope, source: Source): Promise<void>;
  find(scope: Scope, id: string, filter?: TrashFilter): Promise<Source | null>;
  /** All sources of a lecture, oldest first. */
  ofLecture(scope: Scope, lectureId: string, filter?: TrashFilter): Promise<readonly Source[]>;
  /** Every source of the lecture, in the trash or not; for purging. */
  allOfLecture(scope: Scope, lectureId: string): Promise<readonly Source[]>;
  setDuration(scope: Scope, id: string, durationMs: number): Promise<void>;
  /** What a web page turned out to be, once it has been fetched. */
  setContent(scope: Scope, id: string, content: Pick<Source, 'mediaType' | 'sizeBytes' | 'sha256' | 'title'>): Promise<void>;
  setDeletedAt(scope: Scope, id: string, deletedAt: number | null): Promise<boolean>;
  remove(scope: Scope, id: string): Promise<void>;
  expired(scope: Scope, before: number, limit: number): Promise<readonly Source[]>;
}

export interface TranscriptStore {
  /** Adds the next version of the source's transcript, with how it was made where that is known, and returns it with its number (from 1). */
  add(scope: Scope, transcript: Omit<Transcript, 'version'>, findings?: TranscriptFindings): Promise<Transcript>;
  /** `corrected: false` passes over versions that hold corrections. */
  latest(scope: Scope, sourceId: string, filter?: { readonly corrected: false }): Promise<Transcript | null>;
  find(scope: Scope, sourceId: string, version: number): Promise<Transcript | null>;
  /**
   * Adds a version that lays corrections and speakers over the words of another one. Null, and no change, when `expected` is not the
   * newest version any more.
   */
  revise(scope: Scope, request: ReviseRequest): Promise<Transcript | null>;
  /** What is laid over the words of `baseVersion`; null for a version whose words are its own. */
  revision(scope: Scope, sourceId: string, version: number): Promise<Revision | null>;
  /** How the versions of a source came about, newest first, before `before` (null: all). */
  history(scope: Scope, sourceId: string, before: number | null, limit: number): Promise<readonly TranscriptHistoryEntry[]>;
  /** How a version was made; null when that is not known (versions that were imported or corrected, and old ones). */
  findings(scope: Scope, sourceId: string, version: number): Promise<TranscriptFindings | null>;
  /** Source id, version and facts without the words, newest version per source of the lecture that is not itself in the trash, oldest source first. */
  heads(scope: Scope, lectureId: string): Promise<readonly TranscriptHead[]>;
}

export interface ReviseRequest {
  readonly sourceId: string;
  readonly expected: number;
  readonly baseVersion: number;
  readonly origin: 'machine' | 'corrected';
  readonly revision: Revision;
  readonly change: Change;
  readonly createdAt: number;
}

export interface TranscriptHistoryEntry extends Pick<
  Transcript,
  'version' | 'origin' | 'baseVersion' | 'createdAt' | 'engine' | 'model'
> {
  readonly change: Change | null;
}

export type TranscriptHead = Omit<Transcript, 'segments'>;

/** The texts of documents, by version like those of recordings. */
export interface DocumentStore {
  /** Adds the next version of the source's text and returns it with its number (from 1). */
  add(scope: Scope, text: Omit<DocumentText, 'version'>): Promise<DocumentText>;
  latest(scope: Scope, sourceId: string): Promise<DocumentText | null>;
  find(scope: Scope, sourceId: string, version: number): Promise<DocumentText | null>;
  /** All but the pages, newest version per source of the lecture that is not itself in the trash, oldest source first. */
  heads(scope: Scope, lectureId: string): Promise<readonly DocumentHead[]>;
}

export type DocumentHead = Omit<DocumentText, 'pages'>;

/**
 * What steps have finished, by key (a hash of owner, step version, engine digest, parameters and input
 * hashes). An output is a list of parts by index, and complete or not: a step that was stopped goes on
 * after the parts it has. Bodies are JSON values.
 */
export interface StepOutputStore {
  find(scope: Scope, key: string): Promise<StepOutput | null>;
  /** Stores a part; the same index again is ignored. `sourceId` keeps the output alive. */
  putPart(scope: Scope, key: string, part: { step: string; sourceId: string; index: number; body: unknown }): Promise<void>;
  /**
   * Reserves a part for a job, so that several jobs may work on one output. `done`: it is stored already. `taken`: another job has
   * it that is alive: it runs, under this token, and its lease has not run out. A reservation needs no end: it ends with its job.
   */
  reservePart(
    scope: Scope,
    key: string,
    part: { step: string; sourceId: string; index: number; holder: PartHolder; now: number },
  ): Promise<'mine' | 'taken' | 'done'>;
  /** Marks the output complete, with a body for the whole. */
  complete(scope: Scope, key: string, whole: { step: string; sourceId: string; body: unknown }): Promise<void>;
}

/** The job that works on a part, and the token of its lease. */
export interface PartHolder {
  readonly jobId: string;
  readonly token: number;
}

export interface StepOutput {
  readonly key: string;
  readonly complete: boolean;
  /** The body given to `complete`, null until then. */
  readonly body: unknown;
  /** By index, ascending; indexes may have holes while the step is in work. */
  readonly parts: readonly { readonly index: number; readonly body: unknown }[];
}

export interface StoredExport {
  readonly ownerId: string;
  readonly lectureId: string;
  readonly type: string;
  readonly blobKey: string;
  readonly mediaType: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly createdAt: number;
}

export interface ExportStore {
  /** Puts the lecture's export of this type in place of the one before. Returns the blob key that is no longer used. */
  put(scope: Scope, stored: StoredExport): Promise<string | null>;
  find(scope: Scope, lectureId: string, type: string): Promise<StoredExport | null>;
  ofLecture(scope: Scope, lectureId: string): Promise<readonly StoredExport[]>;
}

export interface JobFilter {
  readonly status?: JobStatus;
  readonly kind?: string;
  readonly lectureId?: string;
  readonly parentJobId?: string;
}

export type HeldLease = Pick<Lease, 'workerId' | 'token'> & { readonly jobId: string };

export interface JobStore {
  /** Adds a queued job with its first transition. */
  insert(scope: Scope, job: NewJob): Promise<Job>;
  find(scope: Scope, id: string): Promise<Job | null>;
  list(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
  /** The unfinished job of this kind for the source (or the lecture when `sourceId` is null), if there is one. */
  findActive(scope: Scope, kind: string, target: { lectureId: string; sourceId: string | null }): Promise<Job | null>;
  /**
   * Takes the first job of these kinds, in fair order (`rankOf`), that is ready (queued and due, or running with an expired lease) for
   * this worker: sets it running, counts the try, raises the token. One job goes to one worker.
   * A job whose lease ran out on its last try is failed (`job_lost`) and dead-lettered instead, and the next is taken.
   */
  claim(request: {
    kinds: readonly string[];
    workerId: string;
    now: number;
    leaseMs: number;
    executedBy: 'worker' | 'inline';
    /** Told of each job that was ended (lost, or cancelled while nobody worked on it) instead of being handed out. */
    onEnded?: (job: Job) => void;
    /** Told of each job, as it was, whose lease had run out: it is handed out or ended. */
    onStalled?: (before: Job) => void;
  }): Promise<Job | null>;
  /** Prolongs the lease and stores progress. `lost` when another worker owns the job or it has ended. */
  heartbeat(
    lease: HeldLease,
    beat: { now: number; leaseMs: number; progress?: number; message?: string },
  ): Promise<'held' | 'cancel-requested' | 'lost'>;
  /** Writes the outcome if the lease is still held; false (and no change) otherwise. Cancel wins over a retry. */
  finish(lease: HeldLease, outcome: Outcome, now: number): Promise<boolean>;
  /** Queued: cancelled at once. Running: the worker is asked to stop. Null when there is no such job; a finished one is returned as it is. */
  requestCancel(scope: Scope, id: string, now: number): Promise<Job | null>;
  /** Makes a queued job due at another time, or say something else. Null (and no change) for one that is not queued. */
  reschedule(scope: Scope, id: string, change: { runAfter?: number; message?: string }): Promise<Job | null>;
  /** When the next queued job of these kinds becomes due or a lease runs out; null when there is none. */
  nextDueAt(kinds: readonly string[]): Promise<number | null>;
  /** Number of jobs by kind and status, what waits and what lies still, for operators and metrics. All owners. */
  figures(now: number): Promise<JobFigures>;
  /** Removes finished jobs (not dead letters) that ended before the time; returns how many. */
  removeFinishedBefore(time: number): Promise<number>;
  /** Jobs that used up their tries or failed for good, newest job first. */
  deadLetters(scope: Scope, page: PageRequest): Promise<Page<Job>>;
  /**
   * Queues a dead letter again with all its tries before it; its history and cause stay, and it is no dead letter any
   * more. Null (and no change) for a job that is none.
   */
  replay(scope: Scope, id: string, now: number): Promise<Job | null>;
  /** Removes a dead letter for good; false (and no change) for a job that is none. */
  dropDeadLetter(scope: Scope, id: string): Promise<boolean>;
}

export interface JobEventStore {
  append(scope: Scope, event: Omit<JobEvent, 'seq'>): Promise<JobEvent>;
  after(scope: Scope, jobId: string, afterSeq: number, limit: number): Promise<readonly JobEvent[]>;
}

/** Replies kept for `Idempotency-Key`: the same key and fingerprint gets the same reply, without doing it again. */
export interface ReplyStore {
  /**
   * Reserves the key for 24 h. `new`: go on and call `complete` or `release`. `done`: send the stored reply.
   * `busy`: another request with it is in work (reservations that were not renewed for `staleMs` are taken over).
   * `reused`: the key belongs to another fingerprint.
   */
  begin(
    scope: Scope,
    key: string,
    fingerprint: string,
    now: number,
    staleMs: number,
  ): Promise<{ state: 'new' } | { state: 'busy' } | { state: 'reused' } | { state: 'done'; status: number; body: string }>;
  /** The request is still in work. Without effect on one that is complete or released. */
  renew(scope: Scope, key: string, now: number): Promise<void>;
  /** Without effect when there is a reply already: who was slow and taken over changes nothing. */
  complete(scope: Scope, key: string, reply: { status: number; body: string }): Promise<void>;
  release(scope: Scope, key: string): Promise<void>;
  removeBefore(time: number): Promise<void>;
}
