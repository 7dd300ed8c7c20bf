import type { AnswerReply, HealthReply, SearchReply, SourceKind, SuggestReply } from '@scholium/contract';
import type { AccountUseCases } from '../../core/accounts/bind-accounts.ts';
import type { ThreadUseCases } from '../../core/ask/bind-threads.ts';
import type { CorrectionUseCases } from '../../core/corrections/bind-corrections.ts';
import type { Job } from '../../core/domain/job.ts';
import type { Course, Lecture, Source } from '../../core/domain/library.ts';
import type { Scope } from '../../core/domain/scope.ts';
import type { Transcript } from '../../core/domain/transcript.ts';
import type { SettingUseCases } from '../../core/settings/bind-settings.ts';
import type { ModelUseCases } from '../../core/models/bind-models.ts';
import type { OperatorUseCases } from '../../core/operations/bind-operators.ts';
import type { SpeakerUseCases } from '../../core/speakers/bind-speakers.ts';
import type { LiveUseCases } from '../../core/live/bind-live.ts';
import type { UploadUseCases } from '../../core/ingest/bind-uploads.ts';
import type { RateLimit } from '../../core/ports/rate-limiter.ts';
import type { Accounts, Blobs, Clock, Events, Log, RateLimiter, Store } from '../../core/ports/index.ts';

/** Whose request it is: faces never act for all owners. */
export type OwnerScope = Extract<Scope, { kind: 'owner' }>;

/** An upload that has been stored and belongs to nothing yet; the use case moves it or removes it. */
export interface IncomingFile {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface InScope {
  readonly scope: OwnerScope;
}

/** What the API needs. Use cases come bound to their own dependencies. */
export interface ApiDeps {
  readonly accountUseCases: AccountUseCases;
  readonly limiter: RateLimiter;
  /** Knows who sends a request. */
  readonly accounts: Accounts;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly events: Events;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ApiMetrics;
  readonly settings: ApiSettings;

  ingest(
    input: InScope & {
      courseId: string;
      lectureId: string | null;
      presetId: string;
      title: string | null;
      fileName: string;
      incoming: IncomingFile;
    },
    signal: AbortSignal,
  ): Promise<{ lecture: Lecture; source: Source; created: boolean }>;
  /** `job` reads a document; null for a recording. */
  addSource(
    input: InScope & { lectureId: string; title: string | null; fileName: string; incoming: IncomingFile },
    signal: AbortSignal,
  ): Promise<{ source: Source; created: boolean; job: Job | null }>;
  /** @throws AppError `lecture_not_found`, `url_invalid` */
  addWebPage(
    input: InScope & { lectureId: string; title: string | null; url: string },
  ): Promise<{ source: Source; created: boolean; job: Job | null }>;
  requestTranscription(
    input: InScope & {
      lectureId: string;
      sourceId: string | null;
      model: string | null;
      language: string | null;
      task?: 'transcribe' | 'translate';
    },
  ): Promise<Job>;
  /** `importTranscript` of core/imports. */
  importTranscript(
    input: InScope & {
      lectureId: string;
      sourceId: string | null;
      language: string | null;
      fileName: string;
      incoming: IncomingFile;
    },
    signal: AbortSignal,
  ): Promise<Transcript>;
  readonly corrections: CorrectionUseCases;
  readonly speakers: SpeakerUseCases;
  /** `presetId` null takes the lecture's own. */
  requestGeneration(input: InScope & { lectureId: string; presetId: string | null; again?: boolean }): Promise<Job>;
  /** `types` null takes all. */
  requestExport(input: InScope & { lectureId: string; types: readonly string[] | null }): Promise<Job>;
  /** @throws AppError `job_not_found`, `job_not_cancellable` */
  cancelJob(input: InScope & { jobId: string }): Promise<Job>;
  /** `search` of core/ask. */
  search(
    input: InScope & {
      query: string;
      lectureIds?: readonly string[];
      courseId?: string;
      kind?: SourceKind;
      fromMs?: number;
      toMs?: number;
      speaker?: string;
      limit: number;
    },
    signal: AbortSignal,
  ): Promise<SearchReply>;
  suggest(input: InScope & { query: string; courseId?: string; limit: number }, signal: AbortSignal): Promise<SuggestReply>;
  ask(
    input: InScope & { lectureId: string; question: string; speaker?: string | undefined },
    signal: AbortSignal,
  ): Promise<AnswerReply>;
  health(): Promise<HealthReply>;
  /** Whether requests can be taken: what `health` says of the dependencies that every request needs. */
  readiness(): Promise<HealthReply>;
  readonly uploads: UploadUseCases;
  readonly live: LiveUseCases;
  readonly trash: TrashUseCases;
  readonly threads: ThreadUseCases;
  readonly operators: OperatorUseCases;
  readonly speechModels: ModelUseCases;
  readonly settingUseCases: SettingUseCases;
}

/** Each returns the row as it is afterwards and throws the row's `..._not_found`. */
export interface TrashUseCases {
  trashCourse(input: InScope & { courseId: string }): Promise<Course>;
  restoreCourse(input: InScope & { courseId: string }): Promise<Course>;
  trashLecture(input: InScope & { lectureId: string }): Promise<Lecture>;
  restoreLecture(input: InScope & { lectureId: string }): Promise<Lecture>;
  trashSource(input: InScope & { lectureId: string; sourceId: string }): Promise<Source>;
  restoreSource(input: InScope & { lectureId: string; sourceId: string }): Promise<Source>;
}

export interface ApiMetrics {
  /** `route` is the pattern, never the address; `durationMs` is null for streams, which last as long as people watch. */
  requestFinished(fields: { method: string; route: string; status: number; durationMs: number | null }): void;
  /** The figures in the Prometheus text format. */
  render(): Promise<{ contentType: string; body: string }>;
}

export interface ApiSettings {
  readonly version: string;
  /** Host names besides loopback ones that requests may be addressed to. */
  readonly publicHosts: readonly string[];
  /** How many requests an address may send, and how much of each kind of work a key may ask for; null: as many as they like. Default null. */
  readonly limits?: { readonly byAddress: RateLimit | null; readonly byKey: RateLimit | null };
  readonly maxUploadBytes: number;
  /** Of a file that arrives in pieces. */
  readonly maxResumableBytes: number;
  /** Bodies of files that may arrive at the same time. Default 64. */
  readonly mostUploads?: number;
  /** Files of a bucket are fetched from it, at addresses that are good for so long; null: they come through the API. Default null. */
  readonly signedDownloadSeconds?: number | null;
  /** A connection over which no sound comes for so long is closed. Default 60,000. */
  readonly liveIdleMs?: number;
  /** How often a silent event stream sends a comment. Default 15,000. */
  readonly heartbeatMs?: number;
}
