import { revise } from '../src/core/domain/revision.ts';
import { ownerOf, type Scope } from '../src/core/domain/scope.ts';
import type { Transcript, TranscriptFindings } from '../src/core/domain/transcript.ts';
import type { TranscriptHead, TranscriptStore } from '../src/core/ports/store.ts';
import { byAge, keyOf, select, shownTranscripts, upToVersion, type Access, type MemoryState } from './memory-state.ts';

/** Versions of transcripts in memory; those with corrections are kept whole. */
export function memoryTranscripts(access: Access): TranscriptStore {
  const versionsOf = (state: MemoryState, scope: Scope, sourceId: string): Transcript[] =>
    shownTranscripts(state, scope, (row) => row.sourceId === sourceId).sort((a, b) => b.version - a.version);
  const found = (state: MemoryState, scope: Scope, sourceId: string, version: number): Transcript | undefined =>
    versionsOf(state, scope, sourceId).find((row) => row.version === version);
  return {
    add: (scope, transcript, findings) => access((state) => addTo(state, scope, transcript, findings)),
    latest: (scope, sourceId, filter) =>
      access((state) => {
        const versions = versionsOf(state, scope, sourceId);
        return versions.find((row) => filter?.corrected !== false || row.origin !== 'corrected') ?? null;
      }),
    find: (scope, sourceId, version) => access((state) => found(state, scope, sourceId, version) ?? null),
    revise: (scope, request) =>
      access((state) => {
        const [newest] = versionsOf(state, scope, request.sourceId);
        const base = found(state, scope, request.sourceId, request.baseVersion);
        if (!newest || newest.version !== request.expected || !base) return null;
        const { origin, baseVersion, createdAt, revision, change } = structuredClone(request);
        const segments = revise(base.segments, revision);
        const added = addTo(state, scope, { ...base, origin, baseVersion, createdAt, segments });
        state.revisions.set(keyOf(added.ownerId, added.sourceId, added.version), { revision, change });
        return added;
      }),
    revision: (scope, sourceId, version) =>
      access((state) => {
        const row = found(state, scope, sourceId, version);
        return (row && state.revisions.get(keyOf(row.ownerId, sourceId, version))?.revision) ?? null;
      }),
    history: (scope, sourceId, before, limit) =>
      access((state) =>
        versionsOf(state, scope, sourceId)
          .filter((row) => before === null || row.version < before)
          .slice(0, limit)
          .map(({ ownerId, version, origin, baseVersion, createdAt, engine, model }) => {
            const change = state.revisions.get(keyOf(ownerId, sourceId, version))?.change ?? null;
            return { version, origin, baseVersion, createdAt, engine, model, change };
          }),
      ),
    findings: (scope, sourceId, version) =>
      access((state) => {
        const row = found(state, scope, sourceId, version);
        return (row && state.findings.get(keyOf(row.ownerId, sourceId, version))) ?? null;
      }),
    heads: (scope, lectureId) =>
      access((state) =>
        select(state.sources, scope, (row) => row.lectureId === lectureId && row.deletedAt === null)
          .sort(byAge)
          .flatMap(({ id, ownerId }) => {
            const versions = shownTranscripts(state, scope, (row) => row.sourceId === id && row.ownerId === ownerId);
            return versions.sort((a, b) => b.version - a.version).slice(0, 1);
          })
          .map(toHead),
      ),
  };
}

function addTo(
  state: MemoryState,
  scope: Scope,
  transcript: Omit<Transcript, 'version'>,
  findings?: TranscriptFindings,
): Transcript {
  const ownerId = ownerOf(scope, transcript.ownerId);
  const { sourceId } = transcript;
  if (!state.sources.has(keyOf(ownerId, sourceId))) throw new Error(`There is no source ${sourceId} to refer to.`);
  const versions = select(state.transcripts, scope, (row) => row.sourceId === sourceId).map((row) => row.version);
  const version = 1 + Math.max(0, upToVersion(state, ownerId, sourceId), ...versions);
  const stored = { ...transcript, version };
  state.transcripts.set(keyOf(ownerId, sourceId, version), structuredClone(stored));
  if (findings) state.findings.set(keyOf(ownerId, sourceId, version), structuredClone(findings));
  return stored;
}

function toHead(transcript: Transcript): TranscriptHead {
  const { segments: _, ...head } = transcript;
  return head;
}
