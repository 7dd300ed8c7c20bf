import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKey, AuditEvent, CourseShare, Invitation } from '../src/core/domain/access.ts';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aJob, aLecture } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');
const all = { cursor: null, limit: 100 };

function aKey(fields: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'key-1',
    ownerId: LOCAL_OWNER,
    name: 'Größe of my laptop',
    hash: 'h1',
    start: 'sch_ab',
    permissions: ['read', 'transcribe'],
    createdAt: 1_000,
    expiresAt: null,
    lastUsedAt: null,
    ...fields,
  };
}

function anInvitation(fields: Partial<Invitation> = {}): Invitation {
  const common = { role: 'member', createdBy: 'admin-1', createdAt: 1_000, expiresAt: 5_000 } as const;
  return { id: 'inv-1', hash: 'h1', email: null, ...common, ...fields };
}

function aShare(fields: Partial<CourseShare> = {}): CourseShare {
  const common = { ownerId: LOCAL_OWNER, courseId: 'course-1', createdAt: 1_000, expiresAt: null, hash: null } as const;
  return { id: 'share-1', ...common, right: 'viewer', personId: 'ann', ...fields };
}

function anEvent(fields: Partial<AuditEvent> = {}): AuditEvent {
  const common = { personId: 'ann', action: 'key.made', subject: 'key-1', address: '2001:db8::1' } as const;
  return { id: 'event-1', createdAt: 1_000, ...common, details: { name: 'x', days: 3, forEver: false, none: null }, ...fields };
}

/** What every store does with keys, invitations, shares and the audit log. */
export function accessConformance(getStore: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = getStore();
  });

  describe('API keys', () => {
    it('are found by their hash, whoever holds them, and listed for their owner, newest first', async () => {
      await store.apiKeys.insert(local, aKey());
      await store.apiKeys.insert(local, aKey({ id: 'key-2', hash: 'h2', createdAt: 2_000, expiresAt: 9_000 }));
      await store.apiKeys.insert(other, aKey({ id: 'key-3', hash: 'h3', ownerId: 'other' }));
      expect(await store.apiKeys.byHash('h3')).toEqual(aKey({ id: 'key-3', hash: 'h3', ownerId: 'other' }));
      expect(await store.apiKeys.byHash('h4')).toBeNull();
      const first = await store.apiKeys.list(local, { cursor: null, limit: 1 });
      const second = await store.apiKeys.list(local, { cursor: first.nextCursor, limit: 1 });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['key-2', 'key-1']);
      expect(second.nextCursor).toBeNull();
    });

    it('are one for a hash, and belong to the owner that writes them', async () => {
      await store.apiKeys.insert(local, aKey());
      await expect(store.apiKeys.insert(local, aKey({ id: 'key-2', ownerId: 'other' }))).rejects.toThrow(/owner/);
    });

    it('keep when they were used last, and are removed by their owner only', async () => {
      await store.apiKeys.insert(local, aKey());
      await store.apiKeys.setLastUsed(other, 'key-1', 7_000);
      expect(await store.apiKeys.remove(other, 'key-1')).toBeNull();
      expect(await store.apiKeys.byHash('h1')).toMatchObject({ lastUsedAt: null });
      await store.apiKeys.setLastUsed(local, 'key-1', 8_000);
      expect(await store.apiKeys.remove(local, 'key-1')).toEqual(aKey({ lastUsedAt: 8_000 }));
      expect(await store.apiKeys.byHash('h1')).toBeNull();
    });
  });

  describe('invitations', () => {
    it('are found until they are over, and used once though two try', async () => {
      await store.invitations.insert(anInvitation({ email: 'ann@example.org' }));
      expect(await store.invitations.byHash('h1', 4_999)).toEqual(anInvitation({ email: 'ann@example.org' }));
      expect(await store.invitations.byHash('h1', 5_000)).toBeNull();
      expect(await store.invitations.byHash('h2', 1_000)).toBeNull();
      const used = await Promise.all([store.invitations.use('inv-1', 2_000), store.invitations.use('inv-1', 2_000)]);
      expect(used.toSorted()).toEqual([false, true]);
      expect(await store.invitations.byHash('h1', 2_000)).toBeNull();
    });

    it('cannot be used when they are over', async () => {
      await store.invitations.insert(anInvitation());
      expect(await store.invitations.use('inv-1', 5_000)).toBe(false);
      expect((await store.invitations.list(all)).items).toEqual([anInvitation()]);
    });

    it('are listed newest first and removed one by one, or all that the installation made', async () => {
      await store.invitations.insert(anInvitation());
      await store.invitations.insert(anInvitation({ id: 'inv-2', hash: 'h2', createdAt: 2_000 }));
      await store.invitations.insert(anInvitation({ id: 'inv-3', hash: 'h3', createdBy: null, role: 'admin' }));
      await store.invitations.removeSetup();
      expect((await store.invitations.list(all)).items.map(({ id }) => id)).toEqual(['inv-2', 'inv-1']);
      expect(await store.invitations.remove('inv-2')).toMatchObject({ id: 'inv-2' });
      expect(await store.invitations.remove('inv-2')).toBeNull();
    });
  });

  describe('shares of a course', () => {
    const ann = { personId: 'ann', hash: null };
    const link = { personId: null, hash: 'link' };
    const granted = (right: 'viewer' | 'editor') => [{ ownerId: LOCAL_OWNER, courseId: 'course-1', right }];

    beforeEach(async () => {
      await store.courses.insert(local, aCourse());
      await store.lectures.insert(local, aLecture());
    });

    it('open the course, its lectures and their jobs, for whom they are made', async () => {
      const job = await store.jobs.insert(local, aJob({ lectureId: aLecture().id }));
      await store.shares.put(local, aShare());
      const places = [{ courseId: 'course-1' }, { lectureId: aLecture().id }, { jobId: job.id }];
      for (const place of places) {
        expect(await store.shares.grants(ann, place, 2_000)).toEqual(granted('viewer'));
        for (const nobody of [link, { personId: 'bob', hash: null }, { personId: null, hash: null }]) {
          expect(await store.shares.grants(nobody, place, 2_000)).toEqual([]);
        }
      }
      for (const place of [{ courseId: 'x' }, { lectureId: 'x' }, { jobId: 'x' }]) {
        expect(await store.shares.grants(ann, place, 2_000)).toEqual([]);
      }
    });

    it('end at their time, and with the trash', async () => {
      await store.shares.put(local, aShare({ expiresAt: 3_000 }));
      expect(await store.shares.grants(ann, { courseId: 'course-1' }, 2_999)).toHaveLength(1);
      expect(await store.shares.grants(ann, { courseId: 'course-1' }, 3_000)).toEqual([]);
      await store.lectures.setDeletedAt(local, aLecture().id, 1_500);
      expect(await store.shares.grants(ann, { lectureId: aLecture().id }, 2_000)).toEqual([]);
      await store.courses.setDeletedAt(local, 'course-1', 1_500);
      expect(await store.shares.grants(ann, { courseId: 'course-1' }, 2_000)).toEqual([]);
      expect((await store.shares.withPerson('ann', 2_000, all)).items).toEqual([]);
    });

    it('are one for each person, the last that was made; the stronger of person and link counts', async () => {
      await store.shares.put(local, aShare());
      expect(await store.shares.put(local, aShare({ id: 'share-2', right: 'editor', createdAt: 2_000 }))).toEqual(
        aShare({ right: 'editor' }),
      );
      await store.shares.put(local, aShare({ id: 'share-3', personId: null, hash: 'link', createdAt: 3_000 }));
      expect(await store.shares.grants({ personId: 'ann', hash: 'link' }, { courseId: 'course-1' }, 4_000)).toEqual(
        granted('editor'),
      );
      expect(await store.shares.grants(link, { courseId: 'course-1' }, 4_000)).toEqual(granted('viewer'));
      expect((await store.shares.ofCourse(local, 'course-1')).map(({ id }) => id)).toEqual(['share-3', 'share-1']);
      expect(await store.shares.ofCourse(other, 'course-1')).toEqual([]);
    });

    it('name every owner whose course has that id', async () => {
      await store.courses.insert(other, aCourse({ ownerId: 'other' }));
      await store.shares.put(local, aShare());
      await store.shares.put(other, aShare({ id: 'share-2', ownerId: 'other', right: 'editor', createdAt: 500 }));
      expect((await store.shares.grants(ann, { courseId: 'course-1' }, 2_000)).map(({ ownerId }) => ownerId)).toEqual([
        'other',
        LOCAL_OWNER,
      ]);
      const page = await store.shares.withPerson('ann', 2_000, { cursor: null, limit: 1 });
      expect(page.items.map(({ id }) => id)).toEqual(['share-1']);
      const rest = await store.shares.withPerson('ann', 2_000, { cursor: page.nextCursor, limit: 5 });
      expect(rest.items.map(({ id }) => id)).toEqual(['share-2']);
    });

    it('are removed by the owner of the course only, and with the course', async () => {
      await store.shares.put(local, aShare());
      expect(await store.shares.remove(other, 'share-1')).toBeNull();
      expect(await store.shares.remove(local, 'share-1')).toEqual(aShare());
      expect(await store.shares.grants(ann, { courseId: 'course-1' }, 2_000)).toEqual([]);
      await store.shares.put(local, aShare({ id: 'share-2' }));
      await store.courses.remove(local, 'course-1');
      await store.courses.insert(local, aCourse());
      expect(await store.shares.ofCourse(local, 'course-1')).toEqual([]);
    });
  });

  it('the audit log is listed newest first, of one person or of one kind', async () => {
    await store.audit.add(anEvent());
    await store.audit.add(anEvent({ id: 'event-2', createdAt: 2_000, personId: null, action: 'session.refused' }));
    await store.audit.add(anEvent({ id: 'event-3', createdAt: 3_000, action: 'session.begun', subject: null, address: null }));
    const ids = async (filter: Parameters<Store['audit']['list']>[0]) =>
      (await store.audit.list(filter, all)).items.map(({ id }) => id);
    expect(await ids({})).toEqual(['event-3', 'event-2', 'event-1']);
    expect(await ids({ personId: 'ann' })).toEqual(['event-3', 'event-1']);
    expect(await ids({ personId: 'ann', action: 'key.made' })).toEqual(['event-1']);
    expect((await store.audit.list({ action: 'key.made' }, all)).items).toEqual([anEvent()]);
  });
}
