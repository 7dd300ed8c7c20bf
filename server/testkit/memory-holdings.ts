import type { HeldItem, Holding } from '../src/core/domain/holding.ts';
import { isFinished } from '../src/core/domain/job.ts';
import type { Source } from '../src/core/domain/library.ts';
import { ownerOf, type Scope } from '../src/core/domain/scope.ts';
import type { Transcript } from '../src/core/domain/transcript.ts';
import type { Store } from '../src/core/ports/store.ts';
import { sourceShown } from './memory-library.ts';
import { drop, keyOf, releaseOutputs, sees, select, type Access, type MemoryState, type StoredHolding } from './memory-state.ts';

export function memoryHoldings(access: Access): Pick<Store, 'holdings'> {
  return {
    holdings: {
      due: (scope, holding, before, { after, limit }) =>
        access((state) =>
          select(state.sources, scope, (source) => mayGo(state, source) && sourceShown(state, source))
            .flatMap((source) => dueItem(state, source, holding) ?? [])
            .filter((item) => item.at < before && (after === null || byTime(item, after) > 0))
            .sort(byTime)
            .slice(0, limit),
        ),
      find: (scope, sourceId, holding) =>
        access((state) => {
          const found = select(state.holdings, scope, (row) => row.sourceId === sourceId && row.holding === holding)[0];
          if (!found) return null;
          const { cleanedAt: _, upToVersion: __, ...rest } = found;
          return rest;
        }),
      trash: (scope, sourceId, holding, at) =>
        access((state) => {
          const ownerId = ownerOf(scope);
          const found = state.holdings.get(keyOf(ownerId, sourceId, holding));
          if (found && (found.trashedAt !== null || (holding === 'audio' && found.goneAt !== null))) return false;
          const versions = textsOf(state, ownerId, sourceId).map((row) => row.version);
          put(state, {
            ownerId,
            sourceId,
            holding,
            restoredAt: found?.restoredAt ?? null,
            trashedAt: at,
            goneAt: null,
            cleanedAt: null,
            upToVersion: Math.max(0, ...versions),
          });
          return true;
        }),
      restore: (scope, sourceId, at) =>
        access((state) => {
          const restored: Holding[] = [];
          for (const holding of ['audio', 'transcript'] as const) {
            const found = state.holdings.get(keyOf(ownerOf(scope), sourceId, holding));
            if (!found || found.trashedAt === null || found.goneAt !== null) continue;
            put(state, { ...found, trashedAt: null, restoredAt: at });
            restored.push(holding);
          }
          return restored;
        }),
      inTrash: (scope, limit) =>
        access((state) =>
          items(state, scope, (row, source) => row.trashedAt !== null && row.goneAt === null && sourceShown(state, source))
            .sort((a, b) => byTime(b, a))
            .slice(0, limit)
            .map(withoutKey),
        ),
      expired: (scope, before, limit) =>
        access((state) =>
          items(state, scope, (row, source) =>
            row.goneAt === null
              ? row.trashedAt !== null && row.trashedAt < before && mayGo(state, source)
              : row.cleanedAt === null,
          )
            .sort(byTime)
            .slice(0, limit),
        ),
      setGone: (scope, sourceId, holding, { before, at }) =>
        access((state) => {
          const found = state.holdings.get(keyOf(ownerOf(scope), sourceId, holding));
          if (!found || found.goneAt !== null || found.trashedAt === null || found.trashedAt >= before) return false;
          if (holding === 'audio') {
            put(state, { ...found, goneAt: at });
            return true;
          }
          put(state, { ...found, goneAt: at, trashedAt: null, restoredAt: null, cleanedAt: at });
          drop(state.transcripts, (row) => isOf(row, found) && row.version <= found.upToVersion);
          if (textsOf(state, found.ownerId, sourceId).length === 0)
            releaseOutputs(state, { ownerId: found.ownerId, id: sourceId });
          return true;
        }),
      setCleaned: (scope, sourceId, at) =>
        access((state) => {
          const found = state.holdings.get(keyOf(ownerOf(scope), sourceId, 'audio'));
          if (found && found.goneAt !== null) put(state, { ...found, cleanedAt: at });
        }),
      replaceAudio: (scope, sourceId, at) =>
        access((state) => {
          const found = state.holdings.get(keyOf(ownerOf(scope), sourceId, 'audio'));
          if (found) put(state, { ...found, trashedAt: null, goneAt: null, cleanedAt: null, restoredAt: at });
        }),
    },
  };
}

function put(state: MemoryState, row: StoredHolding): void {
  state.holdings.set(keyOf(row.ownerId, row.sourceId, row.holding), row);
}

function isOf(row: { ownerId: string; sourceId: string }, other: { ownerId: string; sourceId: string }): boolean {
  return row.ownerId === other.ownerId && row.sourceId === other.sourceId;
}

function textsOf(state: MemoryState, ownerId: string, sourceId: string): Transcript[] {
  return [...state.transcripts.values()].filter((row) => isOf(row, { ownerId, sourceId }));
}

/** Not of a pinned lecture, and no job on it. */
function mayGo(state: MemoryState, source: Source): boolean {
  const busy = [...state.jobs.values()].some(
    (job) => job.ownerId === source.ownerId && job.sourceId === source.id && !isFinished(job.status),
  );
  return !busy && state.lectures.get(keyOf(source.ownerId, source.lectureId))?.pinned === false;
}

function sizeOf(texts: readonly Transcript[]): number {
  return texts.reduce((sum, { segments }) => sum + Buffer.byteLength(JSON.stringify(segments)), 0);
}

function dueItem(state: MemoryState, source: Source, holding: Holding): HeldItem | null {
  const row = state.holdings.get(keyOf(source.ownerId, source.id, holding));
  if (row && row.trashedAt !== null) return null;
  const { ownerId, lectureId, id: sourceId, title } = source;
  const item = { ownerId, lectureId, sourceId, holding, title };
  const restoredAt = row?.restoredAt ?? 0;
  if (holding === 'audio') {
    if (source.kind !== 'recording' || (row && row.goneAt !== null)) return null;
    return { ...item, sizeBytes: source.sizeBytes, at: Math.max(restoredAt, source.createdAt) };
  }
  const texts = textsOf(state, ownerId, sourceId);
  if (texts.length === 0) return null;
  return { ...item, sizeBytes: sizeOf(texts), at: Math.max(restoredAt, ...texts.map((text) => text.createdAt)) };
}

function items(
  state: MemoryState,
  scope: Scope,
  fits: (row: StoredHolding, source: Source) => boolean,
): (HeldItem & { blobKey: string })[] {
  return [...state.holdings.values()].flatMap((row) => {
    const source = state.sources.get(keyOf(row.ownerId, row.sourceId));
    if (!source || !sees(scope, row) || !fits(row, source)) return [];
    const texts = textsOf(state, row.ownerId, row.sourceId).filter((text) => text.version <= row.upToVersion);
    const sizeBytes = row.holding === 'audio' ? source.sizeBytes : sizeOf(texts);
    const { lectureId, title, blobKey } = source;
    const { ownerId, sourceId, holding } = row;
    return [{ ownerId, lectureId, sourceId, holding, title, sizeBytes, at: row.trashedAt ?? 0, blobKey }];
  });
}

function byTime(a: HeldItem, b: HeldItem): number {
  if (a.at !== b.at) return a.at - b.at;
  const [x, y] = [keyOf(a.ownerId, a.sourceId), keyOf(b.ownerId, b.sourceId)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function withoutKey(item: HeldItem & { readonly blobKey: string }): HeldItem {
  const { blobKey: _, ...rest } = item;
  return rest;
}
