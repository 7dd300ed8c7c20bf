import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCourse, aLecture, anUpload, aSource } from '../../../testkit/builders.ts';
import { memoryBlobs } from '../../../testkit/memory-blobs.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { isOurKey } from '../domain/blob-key.ts';
import { newId } from '../domain/ids.ts';
import { ownerScope } from '../domain/scope.ts';
import { ORPHAN_AFTER_MS, removeOrphans } from './remove-orphans.ts';

const never = new AbortController().signal;
const owners = ['local', '../b'];
const HOUR_MS = 60 * 60 * 1000;

const hex = (): string => randomUUID().replaceAll('-', '');
/** A key of each kind as this version makes it, and the row that refers to it where there is one. */
const kinds = {
  incoming: () => `incoming/${randomUUID()}`,
  source: () => `sources/${newId('src')}`,
  part: () => `uploads/${newId('upl')}/${randomUUID()}`,
  whole: () => `uploads/${newId('upl')}/whole-12`,
  export: () => `exports/${hex()}/anki-cards-${hex()}`,
  foreign: () => `sources/holiday-${hex()}.jpg`,
} as const;

const file = fc.record({
  kind: fc.constantFrom('incoming', 'source', 'part', 'whole', 'export', 'foreign'),
  owner: fc.constantFrom(...owners),
  ageHours: fc.constantFrom<number>(0, 1, 23, 25, 1000),
  referred: fc.boolean(),
});
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

async function openShelf() {
  let now = 10_000 * HOUR_MS;
  const clock = { now: () => now, set: (time: number) => void (now = time) };
  const store = memoryStore();
  const blobs = memoryBlobs(clock);
  for (const ownerId of owners) {
    await store.courses.insert(ownerScope(ownerId), aCourse({ ownerId }));
    await store.lectures.insert(ownerScope(ownerId), aLecture({ ownerId }));
  }
  return { store, blobs, clock, log: silentLog };
}
type Shelf = Awaited<ReturnType<typeof openShelf>>;

async function refer({ store }: Shelf, { kind, owner: ownerId }: File, key: string): Promise<void> {
  const scope = ownerScope(ownerId);
  const id = key.split('/')[1] ?? '';
  if (kind === 'source') await store.sources.insert(scope, aSource({ ownerId, id }));
  if (kind === 'part' || kind === 'whole') {
    await store.uploads.insert(scope, anUpload({ ownerId, id }));
    await store.uploads.noteKey(scope, id, key);
  }
  if (kind === 'export') {
    const described = { mediaType: 'text/plain', fileName: 'a', sizeBytes: 1, createdAt: 1 };
    await store.exports.put(scope, { ...described, ownerId, lectureId: 'lecture-1', type: hex(), blobKey: key });
  }
}

/** Stores the files, oldest first; returns them with what is to become of each. */
async function fill(shelf: Shelf, files: readonly File[]) {
  const now = shelf.clock.now();
  const stored = [];
  for (const one of files.toSorted((a, b) => b.ageHours - a.ageHours)) {
    const key = kinds[one.kind]();
    shelf.clock.set(now - one.ageHours * HOUR_MS);
    await shelf.blobs.put(ownerScope(one.owner), key, Readable.from(['x']));
    if (one.referred) await refer(shelf, one, key);
    const isHeld = one.referred && one.kind !== 'incoming';
    stored.push({ ...one, key, goes: one.kind !== 'foreign' && !isHeld && one.ageHours * HOUR_MS > ORPHAN_AFTER_MS });
  }
  shelf.clock.set(now);
  return stored;
}

const there = async ({ blobs }: Shelf, { owner, key }: { owner: string; key: string }): Promise<boolean> =>
  (await blobs.stat(ownerScope(owner), key)) !== null;

describe('files that no row refers to', () => {
  it('go after a day, whatever fails in between, and nothing else ever does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 20 }), fc.array(fc.nat(10), { maxLength: 6 }), async (files, faults) => {
        const shelf = await openShelf();
        const stored = await fill(shelf, files);
        // The store of files fails at these calls; upkeep runs again until it comes through.
        const failing = new Set(faults);
        let calls = 0;
        const blobs = {
          ...shelf.blobs,
          removeStored: async (blob: Parameters<typeof shelf.blobs.removeStored>[0]) => {
            if (failing.has(calls++)) throw new Error('the store is away');
            return shelf.blobs.removeStored(blob);
          },
        };
        for (let run = 0; run <= faults.length; run++) {
          await removeOrphans({ ...shelf, blobs }, never).catch(() => {}); // tried again, as the job is
          for (const one of stored) if (!one.goes) expect(await there(shelf, one)).toBe(true);
        }
        for (const one of stored) expect([one, await there(shelf, one)]).toEqual([one, !one.goes]);
        expect(await removeOrphans(shelf, never)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('stay when a row comes to refer to them, or they are written again, while others are removed', async () => {
    const shelf = await openShelf();
    const [named, written, lost] = [kinds.source(), kinds.source(), kinds.source()];
    const local = ownerScope('local');
    shelf.clock.set(shelf.clock.now() - 48 * HOUR_MS);
    for (const key of [named, written, lost]) await shelf.blobs.put(local, key, Readable.from(['x']));
    shelf.clock.set(shelf.clock.now() + 48 * HOUR_MS);
    let looks = 0;
    const files = {
      referred: async (...given: Parameters<typeof shelf.store.files.referred>) => {
        if (++looks === 2) {
          await shelf.store.sources.insert(local, aSource({ id: named.slice('sources/'.length) }));
          await shelf.blobs.put(local, written, Readable.from(['again']));
        }
        return shelf.store.files.referred(...given);
      },
    };
    expect(await removeOrphans({ ...shelf, store: { files } }, never)).toBe(1);
    const left = await Promise.all([named, written, lost].map((key) => there(shelf, { owner: 'local', key })));
    expect(left).toEqual([true, true, false]);
  });

  it('of another owner go, though one of the same key is referred to', async () => {
    const shelf = await openShelf();
    const key = kinds.source();
    shelf.clock.set(shelf.clock.now() - 48 * HOUR_MS);
    for (const owner of owners) await shelf.blobs.put(ownerScope(owner), key, Readable.from(['x']));
    await shelf.store.sources.insert(ownerScope('../b'), aSource({ ownerId: '../b', id: key.slice('sources/'.length) }));
    shelf.clock.set(shelf.clock.now() + 48 * HOUR_MS);
    expect(await removeOrphans(shelf, never)).toBe(1);
    expect(await there(shelf, { owner: '../b', key })).toBe(true);
    expect(await there(shelf, { owner: 'local', key })).toBe(false);
  });

  it('stay when they are most of what is there: the database is not the one of these files', async () => {
    const shelf = await openShelf();
    const errors: unknown[] = [];
    const log = { ...silentLog, error: (...line: unknown[]) => void errors.push(line) };
    const old = { owner: 'local', ageHours: 48, referred: false } as const;
    const recordings = await fill(
      shelf,
      Array.from({ length: 30 }, (): File => ({ ...old, kind: 'source' })),
    );
    const [unclaimed] = await fill(shelf, [{ ...old, kind: 'incoming' }]);
    if (!unclaimed) throw new Error('One file was stored.');
    expect(await removeOrphans({ ...shelf, log }, never)).toBe(1);
    for (const one of recordings) expect(await there(shelf, one)).toBe(true);
    expect(await there(shelf, unclaimed)).toBe(false);
    expect(errors).toEqual([['error', 'storage.orphans-kept', { orphans: 30, referred: 0 }]]);
    await fill(
      shelf,
      Array.from({ length: 31 }, (): File => ({ ...old, kind: 'source', referred: true })),
    );
    expect(await removeOrphans({ ...shelf, log }, never)).toBe(30);
  });

  it('are looked for no longer when upkeep is stopped', async () => {
    const shelf = await openShelf();
    const [lost] = await fill(shelf, [{ kind: 'source', owner: 'local', ageHours: 48, referred: false }]);
    if (!lost) throw new Error('One file was stored.');
    await expect(removeOrphans(shelf, AbortSignal.abort())).rejects.toThrow();
    expect(await there(shelf, lost)).toBe(true);
  });
});

it('keys are ours by their exact form only', () => {
  for (const [kind, make] of Object.entries(kinds)) expect([kind, isOurKey(make())]).toEqual([kind, kind !== 'foreign']);
  const uuid = randomUUID();
  for (const bad of [
    `incoming/${uuid}/x`,
    `incoming/${uuid}.mp3`,
    `x/incoming/${uuid}`,
    'sources/src_1',
    `uploads/${uuid}`,
    'whole-1',
  ]) {
    expect(isOurKey(bad)).toBe(false);
  }
});
