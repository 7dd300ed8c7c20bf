import { isFinished } from '../src/core/domain/job.ts';
import { ownerOf, type Scope } from '../src/core/domain/scope.ts';
import type { Upload, UploadPart } from '../src/core/domain/upload.ts';
import type { Store } from '../src/core/ports/store.ts';
import { drop, keyOf, select, type Access, type MemoryState } from './memory-state.ts';

/** A noted key; no part of the upload while its place is null. */
export interface StoredUploadKey {
  readonly ownerId: string;
  readonly uploadId: string;
  readonly key: string;
  readonly place: Pick<UploadPart, 'offsetBytes' | 'sizeBytes'> | null;
}

export function memoryUploads(access: Access): Pick<Store, 'uploads'> {
  /** Changes the upload when it is there and `change` gives something. */
  const alter = (scope: Scope, id: string, change: (upload: Upload, state: MemoryState) => Partial<Upload> | null) =>
    access((state) => {
      const key = keyOf(ownerOf(scope), id);
      const upload = state.uploads.get(key);
      const changed = upload ? change(upload, state) : null;
      if (!upload || !changed) return null;
      const next = { ...upload, ...changed };
      state.uploads.set(key, next);
      return next;
    });
  return {
    uploads: {
      insert: (scope, upload) =>
        access((state) => {
          const key = keyOf(ownerOf(scope, upload.ownerId), upload.id);
          if (state.uploads.has(key)) throw new Error('An upload of this id exists.');
          state.uploads.set(key, structuredClone(upload));
        }),
      find: (scope, id) => access((state) => select(state.uploads, scope, (row) => row.id === id)[0] ?? null),
      countReceiving: (scope) => access((state) => select(state.uploads, scope, ({ status }) => status === 'receiving').length),
      noteKey: async (scope, id, key) => {
        const noted = await alter(scope, id, ({ ownerId, status }, state) => {
          if (status !== 'receiving' && status !== 'complete') return null;
          state.uploadKeys.set(keyOf(ownerId, id, key), { ownerId, uploadId: id, key, place: null });
          return {};
        });
        return noted !== null;
      },
      forgetKey: (scope, id, key) => access((state) => void state.uploadKeys.delete(keyOf(ownerOf(scope), id, key))),
      keys: (scope, id) =>
        access((state) =>
          keysOf(state, scope, id)
            .map(({ key }) => key)
            .toSorted(),
        ),
      addPart: (scope, id, { key, offsetBytes, sizeBytes }, { at, expiresAt }) =>
        alter(scope, id, (upload, state) => {
          const end = offsetBytes + sizeBytes;
          if (upload.status !== 'receiving' || upload.offsetBytes !== offsetBytes) return null;
          if (upload.sizeBytes !== null && end > upload.sizeBytes) return null;
          const noted = keyOf(upload.ownerId, id, key);
          if (!state.uploadKeys.has(noted)) throw new Error('The key of a part is noted before.');
          state.uploadKeys.set(noted, { ownerId: upload.ownerId, uploadId: id, key, place: { offsetBytes, sizeBytes } });
          return { offsetBytes: end, updatedAt: at, expiresAt };
        }),
      parts: (scope, id) =>
        access((state) =>
          keysOf(state, scope, id)
            .flatMap(({ key, place }) => (place ? [{ key, ...place }] : []))
            .sort((a, b) => a.offsetBytes - b.offsetBytes),
        ),
      setSize: async (scope, id, sizeBytes) => {
        const set = await alter(scope, id, (upload) =>
          upload.status === 'receiving' && upload.sizeBytes === null && upload.offsetBytes <= sizeBytes ? { sizeBytes } : null,
        );
        return set !== null;
      },
      complete: async (scope, id, jobId, { at, expiresAt }) => {
        const done = await alter(scope, id, (upload) =>
          upload.status === 'receiving' && upload.offsetBytes === upload.sizeBytes
            ? { status: 'complete', jobId, updatedAt: at, expiresAt }
            : null,
        );
        return done !== null;
      },
      settle: async (scope, id, end, { at, expiresAt }) => {
        const done = await alter(scope, id, (upload) =>
          upload.status === 'complete' ? { ...end, updatedAt: at, expiresAt } : null,
        );
        return done !== null;
      },
      expired: (scope, before, limit) =>
        access((state) =>
          select(state.uploads, scope, (row) => isIdle(state, row) && (row.status === 'expired' || row.expiresAt < before))
            .sort((a, b) => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1))
            .slice(0, limit),
        ),
      expire: async (scope, id, before = Number.POSITIVE_INFINITY) => {
        const done = await alter(scope, id, (upload, state) =>
          isIdle(state, upload) && (upload.status === 'expired' || upload.expiresAt < before) ? { status: 'expired' } : null,
        );
        return done !== null;
      },
      remove: (scope, id) =>
        access((state) => {
          const ownerId = ownerOf(scope);
          state.uploads.delete(keyOf(ownerId, id));
          drop(state.uploadKeys, (row) => row.ownerId === ownerId && row.uploadId === id);
        }),
    },
  };
}

function keysOf(state: MemoryState, scope: Scope, id: string): StoredUploadKey[] {
  return select(state.uploadKeys, scope, ({ uploadId }) => uploadId === id);
}

function isIdle(state: MemoryState, { status, jobId }: Upload): boolean {
  const job = jobId === null ? undefined : state.jobs.get(jobId);
  return status !== 'complete' || job === undefined || (isFinished(job.status) && job.deadLetteredAt === null);
}
