import type { CourseShare } from '../src/core/domain/access.ts';
import { ownerOf } from '../src/core/domain/scope.ts';
import type { ShareClaim } from '../src/core/ports/access-store.ts';
import type { Store } from '../src/core/ports/store.ts';
import { byAge, drop, keyOf, paged, select, type Access, type MemoryState } from './memory-state.ts';

/** Keys, invitations, shares and the audit log in memory. */
export function memoryAccess(access: Access): Pick<Store, 'apiKeys' | 'invitations' | 'shares' | 'audit'> {
  return {
    apiKeys: {
      insert: (scope, key) =>
        access(({ apiKeys }) => {
          ownerOf(scope, key.ownerId);
          apiKeys.set(key.id, structuredClone(key));
        }),
      byHash: (hash) => access(({ apiKeys }) => [...apiKeys.values()].find((key) => key.hash === hash) ?? null),
      list: (scope, page) =>
        access(({ apiKeys }) =>
          paged(
            select(apiKeys, scope, () => true),
            page,
          ),
        ),
      setLastUsed: (scope, id, at) =>
        access(({ apiKeys }) => {
          const key = apiKeys.get(id);
          if (key && key.ownerId === ownerOf(scope)) apiKeys.set(id, { ...key, lastUsedAt: at });
        }),
      remove: (scope, id) =>
        access(({ apiKeys }) => drop(apiKeys, (key) => key.ownerId === ownerOf(scope) && key.id === id)[0] ?? null),
    },
    invitations: {
      insert: (invitation) => access(({ invitations }) => void invitations.set(invitation.id, structuredClone(invitation))),
      list: (page) => access(({ invitations }) => paged([...invitations.values()], page)),
      byHash: (hash, now) =>
        access(({ invitations }) => [...invitations.values()].find((one) => one.hash === hash && one.expiresAt > now) ?? null),
      use: (id, now) =>
        access(({ invitations }) => drop(invitations, (one) => one.id === id && one.expiresAt > now).length === 1),
      remove: (id) => access(({ invitations }) => drop(invitations, (one) => one.id === id)[0] ?? null),
      removeSetup: () => access(({ invitations }) => void drop(invitations, (one) => one.createdBy === null)),
    },
    shares: {
      put: (scope, share) =>
        access(({ shares, courses }) => {
          const key = keyOf(ownerOf(scope, share.ownerId), share.courseId);
          if (!courses.has(key)) throw new Error('There is no such course.');
          const same = [...shares.values()].find(
            (one) => one.personId !== null && one.personId === share.personId && keyOf(one.ownerId, one.courseId) === key,
          );
          const stored = same ? { ...same, right: share.right, expiresAt: share.expiresAt } : structuredClone(share);
          shares.set(stored.id, stored);
          return stored;
        }),
      ofCourse: (scope, courseId) =>
        access((state) => select(state.shares, scope, (one) => one.courseId === courseId).toSorted((a, b) => byAge(b, a))),
      remove: (scope, id) =>
        access(({ shares }) => drop(shares, (one) => one.ownerId === ownerOf(scope) && one.id === id)[0] ?? null),
      grants: (claim, what, now) =>
        access((state) => {
          const holding = holds(state, claim, now).toSorted(byAge);
          const found = holding.filter(({ ownerId, courseId }) => {
            if ('courseId' in what) return courseId === what.courseId;
            const job = 'jobId' in what ? state.jobs.get(what.jobId) : null;
            if (job && job.ownerId !== ownerId) return false;
            const lectureId = 'lectureId' in what ? what.lectureId : (job?.lectureId ?? '');
            const lecture = state.lectures.get(keyOf(ownerId, lectureId));
            return lecture?.courseId === courseId && lecture.deletedAt === null;
          });
          const grants = new Map<string, Pick<CourseShare, 'ownerId' | 'courseId' | 'right'>>();
          for (const { ownerId, courseId, right } of found) {
            const key = keyOf(ownerId, courseId);
            grants.set(key, { ownerId, courseId, right: grants.get(key)?.right === 'editor' ? 'editor' : right });
          }
          return [...grants.values()];
        }),
      withPerson: (personId, now, page) => access((state) => paged(holds(state, { personId, hash: null }, now), page)),
    },
    audit: {
      add: (event) => access(({ audit }) => void audit.set(event.id, structuredClone(event))),
      list: ({ personId, action }, page) =>
        access(({ audit }) =>
          paged(
            [...audit.values()].filter(
              (event) =>
                (personId === undefined || event.personId === personId) && (action === undefined || event.action === action),
            ),
            page,
          ),
        ),
    },
  };
}

function holds(state: MemoryState, { personId, hash }: ShareClaim, now: number): CourseShare[] {
  return [...state.shares.values()].filter(
    (one) =>
      ((one.personId !== null && one.personId === personId) || (one.hash !== null && one.hash === hash)) &&
      (one.expiresAt === null || one.expiresAt > now) &&
      state.courses.get(keyOf(one.ownerId, one.courseId))?.deletedAt === null,
  );
}
