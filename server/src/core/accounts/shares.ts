import type { ShareRight } from '@scholium/contract';
import type { CourseShare } from '../domain/access.ts';
import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Course } from '../domain/library.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import { ownerScope, type Scope } from '../domain/scope.ts';
import type { Accounts } from '../ports/accounts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { findCourse } from '../library/find.ts';
import { newSecretToken } from './secret-token.ts';

type Deps = { readonly store: Store; readonly clock: Clock; readonly accounts: Pick<Accounts, 'findByEmail'> };

/** Enough for a class; more is a link. */
export const MOST_SHARES = 200;

/**
 * Shares a course with a person, or with everybody who has the link; `token` is what makes the link and is shown once.
 *
 * @throws AppError `course_not_found`, `person_not_found`, `share_invalid`
 */
export async function shareCourse(
  deps: Deps,
  input: {
    scope: Extract<Scope, { kind: 'owner' }>;
    courseId: string;
    email: string | null;
    right: ShareRight;
    expiresAt: number | null;
  },
): Promise<{ share: CourseShare; token: string | null }> {
  const { scope, courseId, email, right, expiresAt } = input;
  const { store, clock, accounts } = deps;
  await findCourse(deps, { scope, courseId });
  if (email === null && right !== 'viewer') {
    throw new AppError('share_invalid', 'A link lets people read. To let somebody edit, name their e-mail address.');
  }
  const person = email === null ? null : await accounts.findByEmail(email);
  if (email !== null && person === null) {
    throw new AppError('person_not_found', 'Nobody has signed up with this e-mail address. Invite them first.');
  }
  if (person?.id === scope.ownerId) throw new AppError('share_invalid', 'The course is yours already.');
  if ((await store.shares.ofCourse(scope, courseId)).length >= MOST_SHARES) {
    throw new AppError('share_invalid', `The course is shared ${MOST_SHARES} times. Take back some, or share it by a link.`);
  }
  const secret = person === null ? newSecretToken() : null;
  const share = await store.shares.put(scope, {
    id: newId('shr'),
    ownerId: scope.ownerId,
    courseId,
    right,
    personId: person?.id ?? null,
    hash: secret?.hash ?? null,
    createdAt: clock.now(),
    expiresAt,
  });
  return { share, token: secret?.token ?? null };
}

/** @throws AppError `share_not_found` */
export async function endShare(
  { store }: Pick<Deps, 'store'>,
  input: { scope: Scope; courseId: string; shareId: string },
): Promise<CourseShare> {
  const there = await store.shares.ofCourse(input.scope, input.courseId);
  const share = there.some(({ id }) => id === input.shareId) ? await store.shares.remove(input.scope, input.shareId) : null;
  if (share) return share;
  throw new AppError('share_not_found', 'The course is not shared that way. GET /api/courses/{id}/shares lists how it is.');
}

/** Courses of others that a person may see, newest share first. */
export async function sharedWith(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { personId, page }: { personId: string; page: PageRequest },
): Promise<Page<{ share: CourseShare; course: Course }>> {
  const { items, nextCursor } = await store.shares.withPerson(personId, clock.now(), page);
  const found = await Promise.all(
    items.map(async (share) => ({ share, course: await store.courses.find(ownerScope(share.ownerId), share.courseId) })),
  );
  // One that went to the trash in between is left out.
  return { items: found.flatMap(({ share, course }) => (course ? [{ share, course }] : [])), nextCursor };
}
