import type { ApiKey, AuditEvent, CourseShare, Invitation } from '../src/core/domain/access.ts';
import type { Artifact, ArtifactEdit } from '../src/core/domain/artifact.ts';
import type { JobEvent } from '../src/core/domain/job.ts';
import type { DocumentText } from '../src/core/domain/document.ts';
import type { HoldingState } from '../src/core/domain/holding.ts';
import type { Course, Lecture, Source } from '../src/core/domain/library.ts';
import type { Page, PageRequest } from '../src/core/domain/page.ts';
import type { OwnPreset } from '../src/core/domain/preset.ts';
import type { Speaker } from '../src/core/domain/speaker.ts';
import type { LiveMark, LiveRecording } from '../src/core/domain/live-recording.ts';
import type { Scope } from '../src/core/domain/scope.ts';
import type { Message, Thread } from '../src/core/domain/thread.ts';
import type { Change, Revision } from '../src/core/domain/revision.ts';
import type { Transcript, TranscriptFindings } from '../src/core/domain/transcript.ts';
import type { JobState } from '../src/core/jobs/job-transitions.ts';
import type { PartHolder, StepOutput, StoredExport } from '../src/core/ports/store.ts';
import type { Upload } from '../src/core/domain/upload.ts';
import type { StoredLiveLine } from './memory-live.ts';
import type { StoredCacheEntry, StoredUse } from './memory-settings.ts';
import type { StoredUploadKey } from './memory-uploads.ts';
import { decodeCursor, encodeCursor } from '../src/adapters/sql/pages.ts';

export interface StoredReply {
  readonly fingerprint: string;
  readonly reservedAt: number;
  readonly reply: { readonly status: number; readonly body: string } | null;
}

export type StoredHolding = HoldingState & { readonly cleanedAt: number | null; readonly upToVersion: number };

/** Rows by key. Rows are never changed, only replaced, so a shallow copy is a snapshot. */
export interface MemoryState {
  readonly courses: Map<string, Course>;
  readonly lectures: Map<string, Lecture>;
  readonly sources: Map<string, Source>;
  readonly transcripts: Map<string, Transcript>;
  readonly findings: Map<string, TranscriptFindings>;
  readonly revisions: Map<string, { readonly revision: Revision; readonly change: Change }>;
  readonly speakers: Map<string, Speaker>;
  readonly documents: Map<string, DocumentText>;
  readonly holdings: Map<string, StoredHolding>;
  readonly outputs: Map<string, StepOutput & { readonly ownerId: string; readonly sourceIds: readonly string[] }>;
  /** By owner, output key and index. */
  readonly holders: Map<string, PartHolder>;
  readonly artifacts: Map<string, Artifact>;
  /** By owner and artifact; in the order of their numbers. */
  readonly artifactEdits: Map<string, readonly ArtifactEdit[]>;
  readonly exports: Map<string, StoredExport>;
  readonly presets: Map<string, OwnPreset>;
  readonly threads: Map<string, Thread>;
  readonly messages: Map<string, readonly Message[]>;
  readonly jobs: Map<string, JobState>;
  readonly events: Map<string, readonly JobEvent[]>;
  readonly replies: Map<string, StoredReply>;
  readonly uploads: Map<string, Upload>;
  readonly uploadKeys: Map<string, StoredUploadKey>;
  readonly lives: Map<string, LiveRecording>;
  readonly liveMarks: Map<string, LiveMark>;
  readonly liveLines: Map<string, StoredLiveLine>;
  /** By owner and group. */
  readonly settings: Map<string, Readonly<Record<string, unknown>>>;
  readonly cache: Map<string, StoredCacheEntry>;
  readonly uses: Map<string, StoredUse>;
  /** By owner and name. */
  readonly tallies: Map<string, number>;
  readonly apiKeys: Map<string, ApiKey>;
  readonly invitations: Map<string, Invitation>;
  readonly shares: Map<string, CourseShare>;
  readonly audit: Map<string, AuditEvent>;
}

/** How a store's calls reach the state: alone, or inside the transaction they belong to. */
export type Access = <T>(work: (state: MemoryState) => T) => Promise<T>;

export function emptyState(): MemoryState {
  return {
    courses: new Map(),
    lectures: new Map(),
    sources: new Map(),
    transcripts: new Map(),
    findings: new Map(),
    revisions: new Map(),
    speakers: new Map(),
    documents: new Map(),
    holdings: new Map(),
    outputs: new Map(),
    holders: new Map(),
    artifacts: new Map(),
    artifactEdits: new Map(),
    exports: new Map(),
    presets: new Map(),
    threads: new Map(),
    messages: new Map(),
    jobs: new Map(),
    events: new Map(),
    replies: new Map(),
    uploads: new Map(),
    uploadKeys: new Map(),
    lives: new Map(),
    liveMarks: new Map(),
    liveLines: new Map(),
    settings: new Map(),
    cache: new Map(),
    uses: new Map(),
    tallies: new Map(),
    apiKeys: new Map(),
    invitations: new Map(),
    shares: new Map(),
    audit: new Map(),
  };
}

export function snapshot(state: MemoryState): MemoryState {
  return {
    courses: new Map(state.courses),
    lectures: new Map(state.lectures),
    sources: new Map(state.sources),
    transcripts: new Map(state.transcripts),
    findings: new Map(state.findings),
    revisions: new Map(state.revisions),
    speakers: new Map(state.speakers),
    documents: new Map(state.documents),
    holdings: new Map(state.holdings),
    outputs: new Map(state.outputs),
    holders: new Map(state.holders),
    artifacts: new Map(state.artifacts),
    artifactEdits: new Map(state.artifactEdits),
    exports: new Map(state.exports),
    presets: new Map(state.presets),
    threads: new Map(state.threads),
    messages: new Map(state.messages),
    jobs: new Map(state.jobs),
    events: new Map(state.events),
    replies: new Map(state.replies),
    uploads: new Map(state.uploads),
    uploadKeys: new Map(state.uploadKeys),
    lives: new Map(state.lives),
    liveMarks: new Map(state.liveMarks),
    liveLines: new Map(state.liveLines),
    settings: new Map(state.settings),
    cache: new Map(state.cache),
    uses: new Map(state.uses),
    tallies: new Map(state.tallies),
    apiKeys: new Map(state.apiKeys),
    invitations: new Map(state.invitations),
    shares: new Map(state.shares),
    audit: new Map(state.audit),
  };
}

export function keyOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

export function sees(scope: Scope, row: { readonly ownerId: string }): boolean {
  return scope.kind === 'system' || row.ownerId === scope.ownerId;
}

/** Rows of the scope that fit, from a map. */
export function select<T extends { readonly ownerId: string }>(
  rows: Map<string, T>,
  scope: Scope,
  fits: (row: T) => boolean,
): T[] {
  return [...rows.values()].filter((row) => sees(scope, row) && fits(row));
}

export function drop<T>(rows: Map<string, T>, fits: (row: T) => boolean): T[] {
  const dropped = [...rows].filter(([, row]) => fits(row));
  for (const [key] of dropped) rows.delete(key);
  return dropped.map(([, row]) => row);
}

/** A page, newest first. */
export function paged<T extends { readonly id: string; readonly createdAt: number }>(
  rows: readonly T[],
  request: PageRequest,
): Page<T> {
  const after = request.cursor === null ? null : decodeCursor(request.cursor);
  const rest = rows.toSorted((a, b) => byAge(b, a)).filter((row) => after === null || byAge(row, after) < 0);
  const items = rest.slice(0, request.limit);
  const last = items.at(-1);
  return { items, nextCursor: rest.length > items.length && last ? encodeCursor(last) : null };
}

/** The source uses none of the outputs any more; those that nothing uses go. */
export function releaseOutputs(state: MemoryState, source: { readonly ownerId: string; readonly id: string }): void {
  for (const [key, output] of state.outputs) {
    if (output.ownerId !== source.ownerId) continue;
    const sourceIds = output.sourceIds.filter((id) => id !== source.id);
    if (sourceIds.length === 0) state.outputs.delete(key);
    else state.outputs.set(key, { ...output, sourceIds });
  }
}

/** The highest version that was ever put into the trash; 0 when there is none. */
export function upToVersion(state: MemoryState, ownerId: string, sourceId: string): number {
  return state.holdings.get(keyOf(ownerId, sourceId, 'transcript'))?.upToVersion ?? 0;
}

/** Transcripts that are not in the trash. */
export function shownTranscripts(state: MemoryState, scope: Scope, fits: (row: Transcript) => boolean): Transcript[] {
  return select(state.transcripts, scope, (row) => {
    const holding = state.holdings.get(keyOf(row.ownerId, row.sourceId, 'transcript'));
    const hidden = holding !== undefined && holding.trashedAt !== null && row.version <= holding.upToVersion;
    return !hidden && fits(row);
  });
}

/** Oldest first. */
export function byAge(a: { id: string; createdAt: number }, b: { id: string; createdAt: number }): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
