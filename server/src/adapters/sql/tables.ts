import type { Kysely } from 'kysely';

/** A connection or a transaction: the aggregates work on either. */
export type Db = Kysely<Tables>;

/** Times are integer milliseconds since 1970, flags are 0 or 1, `...Json` columns hold JSON as text. */
export interface Tables {
  courses: CourseRow;
  lectures: LectureRow;
  sources: SourceRow;
  transcripts: TranscriptRow;
  transcriptOrigins: TranscriptOriginRow;
  transcriptRevisions: TranscriptRevisionRow;
  speakers: SpeakerRow;
  documents: DocumentRow;
  holdings: HoldingRow;
  stepOutputs: StepOutputRow;
  stepOutputParts: StepOutputPartRow;
  stepOutputUses: StepOutputUseRow;
  stepOutputHolders: StepOutputHolderRow;
  artifacts: ArtifactRow;
  artifactEdits: ArtifactEditRow;
  presets: PresetRow;
  exports: ExportRow;
  threads: ThreadRow;
  messages: MessageRow;
  jobs: JobRow;
  jobEvents: JobEventRow;
  replies: ReplyRow;
  uploads: UploadRow;
  uploadKeys: UploadKeyRow;
  liveRecordings: LiveRecordingRow;
  liveMarks: LiveMarkRow;
  liveLines: LiveLineRow;
  settings: SettingRow;
  cacheEntries: CacheEntryRow;
  modelUses: ModelUseRow;
  tallies: TallyRow;
  users: UserRow;
  signIns: SignInRow;
  apiKeys: ApiKeyRow;
  invitations: InvitationRow;
  courseShares: CourseShareRow;
  auditEvents: AuditEventRow;
}

export interface CourseRow {
  ownerId: string;
  id: string;
  title: string;
  createdAt: number;
  deletedAt: number | null;
}

export interface LectureRow extends CourseRow {
  courseId: string;
  presetId: string;
  pinned: number;
}

export interface SourceRow {
  ownerId: string;
  id: string;
  lectureId: string;
  kind: string;
  title: string;
  fileName: string;
  mediaType: string;
  sizeBytes: number;
  sha256: string;
  blobKey: string;
  url: string | null;
  durationMs: number | null;
  createdAt: number;
  deletedAt: number | null;
}

export interface TranscriptRow {
  ownerId: string;
  sourceId: string;
  version: number;
  lectureId: string;
  engine: string;
  model: string;
  language: string;
  durationMs: number;
  draftQuality: number;
  createdAt: number;
  segmentsJson: string;
}

export interface TranscriptOriginRow {
  ownerId: string;
  sourceId: string;
  version: number;
  origin: 'machine' | 'import' | 'corrected';
  baseVersion: number | null;
  task: 'transcribe' | 'translate';
  findingsJson: string | null;
}

export interface TranscriptRevisionRow {
  ownerId: string;
  sourceId: string;
  version: number;
  changeJson: string;
  revisionJson: string;
}

export interface SpeakerRow {
  ownerId: string;
  sourceId: string;
  label: string;
  name: string | null;
  byVoice: number;
  colour: number;
  engine: string | null;
  approximate: number;
  speechMs: number;
  voiceJson: string | null;
}

export interface DocumentRow {
  ownerId: string;
  sourceId: string;
  version: number;
  lectureId: string;
  reader: string;
  format: string;
  title: string | null;
  author: string | null;
  publishedAt: string | null;
  language: string | null;
  createdAt: number;
  pagesJson: string;
}

/** What retention did to the sound or the words of a source. */
export interface HoldingRow {
  ownerId: string;
  sourceId: string;
  holding: string;
  trashedAt: number | null;
  restoredAt: number | null;
  goneAt: number | null;
  /** When the file of sound that is gone was removed. */
  cleanedAt: number | null;
  /** The newest version of the words when they were put into the trash; versions are never numbered anew. */
  upToVersion: number;
}

export interface StepOutputRow {
  ownerId: string;
  key: string;
  step: string;
  complete: number;
  bodyJson: string;
}

export interface StepOutputPartRow {
  ownerId: string;
  key: string;
  position: number;
  bodyJson: string;
}

/** Which sources an output was made for; the last one that goes takes the output with it. */
export interface StepOutputUseRow {
  ownerId: string;
  key: string;
  sourceId: string;
}

/** Which job works on a part that is not stored yet. */
export interface StepOutputHolderRow {
  ownerId: string;
  key: string;
  position: number;
  jobId: string;
  token: number;
}

export interface ArtifactRow {
  ownerId: string;
  id: string;
  lectureId: string;
  kind: string;
  title: string;
  engine: string;
  model: string;
  presetId: string;
  presetVersion: number;
  transcriptVersion: number;
  createdAt: number;
  contentJson: string;
  citationsJson: string;
  usageJson: string | null;
  textsJson: string;
  unsupportedJson: string;
  deletedAt: number | null;
}

export interface ArtifactEditRow {
  ownerId: string;
  artifactId: string;
  /** From 1. */
  version: number;
  author: string;
  at: number;
  origin: string;
  /** Of `reverted`. */
  originVersion: number | null;
  /** Of `carried`. */
  originArtifactId: string | null;
  contentJson: string;
  citationsJson: string;
}

export interface PresetRow {
  ownerId: string;
  id: string;
  title: string;
  artifactsJson: string;
  length: number;
  language: string | null;
  tone: string | null;
  instructions: string | null;
  version: number;
  createdAt: number;
}

export interface ExportRow {
  ownerId: string;
  lectureId: string;
  type: string;
  blobKey: string;
  mediaType: string;
  fileName: string;
  sizeBytes: number;
  createdAt: number;
}

export interface ThreadRow {
  ownerId: string;
  id: string;
  title: string;
  aboutJson: string;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
}

export interface MessageRow {
  ownerId: string;
  threadId: string;
  /** From 1, in the order of the conversation. */
  seq: number;
  id: string;
  role: string;
  text: string;
  status: string;
  supported: number | null;
  citationsJson: string;
  unsupportedJson: string;
  engine: string | null;
  model: string | null;
  createdAt: number;
}

export interface JobRow {
  id: string;
  ownerId: string;
  kind: string;
  lectureId: string | null;
  sourceId: string | null;
  parentJobId: string | null;
  payloadJson: string;
  status: string;
  progress: number;
  message: string;
  attempts: number;
  maxAttempts: number;
  timeoutMs: number;
  executedBy: string | null;
  transitionsJson: string;
  estimateMs: number;
  /** The order in which jobs are taken. */
  rank: number;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  runAfter: number;
  cancelRequested: number;
  leaseWorkerId: string | null;
  leaseExpiresAt: number | null;
  /** The highest token ever given out for this job; outlives the lease. */
  lastToken: number;
  resultJson: string;
  errorJson: string;
  deadLetteredAt: number | null;
  cause: string | null;
  /** Raised by every change, so that a change made from an old reading is refused. */
  revision: number;
  /** Number of the newest event. */
  lastEventSeq: number;
}

export interface JobEventRow {
  jobId: string;
  seq: number;
  at: number;
  type: string;
  dataJson: string;
}

export interface ReplyRow {
  ownerId: string;
  key: string;
  fingerprint: string;
  reservedAt: number;
  status: number | null;
  body: string | null;
}

export interface LiveRecordingRow {
  ownerId: string;
  id: string;
  lectureId: string;
  uploadId: string;
  format: string;
  language: string | null;
  engine: string | null;
  status: string;
  createdAt: number;
  soundAt: number;
  endedAt: number | null;
  heardMs: number;
  jobId: string | null;
  sourceId: string | null;
  errorJson: string;
}

export interface LiveMarkRow {
  ownerId: string;
  id: string;
  liveId: string;
  lectureId: string;
  atMs: number;
  label: string;
  note: string | null;
  createdAt: number;
}

export interface LiveLineRow {
  ownerId: string;
  liveId: string;
  startMs: number;
  endMs: number;
  text: string;
}

export interface UploadRow {
  ownerId: string;
  id: string;
  fileName: string;
  metadataJson: string;
  sizeBytes: number | null;
  offsetBytes: number;
  status: string;
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
  jobId: string | null;
  lectureId: string | null;
  sourceId: string | null;
  errorJson: string;
}

/** Where bytes of an upload lie, or were about to. */
export interface UploadKeyRow {
  ownerId: string;
  uploadId: string;
  key: string;
  offsetBytes: number | null;
  sizeBytes: number | null;
}

export interface SettingRow {
  ownerId: string;
  groupName: string;
  name: string;
  valueJson: string;
  updatedAt: number;
}

export interface CacheEntryRow {
  ownerId: string;
  kind: string;
  key: string;
  createdAt: number;
  expiresAt: number;
  body: string;
}

/** The calls of a language model on one day. `costUsd`: of those whose price is known. */
export interface ModelUseRow {
  ownerId: string;
  day: string;
  engine: string;
  model: string;
  purpose: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  unpricedCalls: number;
}

export interface TallyRow {
  ownerId: string;
  name: string;
  count: number;
}

/** Written by better-auth: times are ISO texts. */
export interface UserRow {
  id: string;
  name: string;
  email: string;
  emailVerified: number;
  image: string | null;
  role: string;
  banned: number | null;
  banReason: string | null;
  banExpires: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface ApiKeyRow {
  id: string;
  ownerId: string;
  name: string;
  hash: string;
  start: string;
  permissionsJson: string;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
}

export interface InvitationRow {
  id: string;
  hash: string;
  email: string | null;
  role: string;
  createdBy: string | null;
  createdAt: number;
  expiresAt: number;
}

export interface CourseShareRow {
  id: string;
  ownerId: string;
  courseId: string;
  shareRight: string;
  personId: string | null;
  hash: string | null;
  createdAt: number;
  expiresAt: number | null;
}

export interface AuditEventRow {
  id: string;
  createdAt: number;
  personId: string | null;
  action: string;
  subject: string | null;
  address: string | null;
  detailsJson: string;
}

/** Written by better-auth: a way somebody signs in. What else is in it is its own. */
export interface SignInRow {
  id: string;
  userId: string;
  providerId: string;
  accountId: string;
  password: string | null;
}
