import { allows, type AccessSpec } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Person } from '../domain/person.ts';
import { NOBODY, ownerScope, type Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { authorise } from './authorise.ts';
import { hashOf } from './secret-token.ts';

type OwnerScope = Extract<Scope, { kind: 'owner' }>;
type Place = { readonly courseId: string } | { readonly lectureId: string } | { readonly jobId: string };

export interface RequestToAdmit {
  readonly person: Person | null;
  /** The token of a link to a shared course; null: none. */
  readonly link: string | null;
  readonly access: AccessSpec;
  /** What the address names; ids are not checked yet. */
  readonly named: { readonly courseId?: unknown; readonly lectureId?: unknown; readonly jobId?: unknown };
}

/**
 * Lets a request through and says whose rows it may touch: one's own, or the owner's of a course that is shared. What is one's own comes
 * first where two have the same id.
 *
 * @throws AppError `sign_in_required`, `not_permitted`
 */
export async function scopeOfRequest(
  {
    store,
    clock,
  }: { readonly store: Pick<Store, 'courses' | 'lectures' | 'jobs' | 'shares'>; readonly clock: Pick<Clock, 'now'> },
  { person, link, access, named }: RequestToAdmit,
): Promise<OwnerScope> {
  const own = ownerScope(person?.id ?? NOBODY) as OwnerScope; // `ownerScope` makes one of an owner
  const place = access.shared ? placeOf(named) : null;
  if (place === null || (link === null && (person === null || person.via === 'personal'))) {
    authorise(person, access);
    return own;
  }
  if (person !== null) {
    authorise(person, access);
    if (await isOwn(store, own, place)) return own;
  }
  const claim = { personId: person?.id ?? null, hash: link === null ? null : hashOf(link) };
  const [grant] = await store.shares.grants(claim, place, clock.now());
  if (!grant) {
    authorise(person, access);
    return own; // there is nothing: the operation says so
  }
  if (access.shared === 'editor' && grant.right === 'viewer') {
    throw new AppError('not_permitted', 'The course is shared with you for reading. Ask its owner to make you an editor.');
  }
  // Whoever holds a link and nothing else may read, and no more.
  if (person === null && !allows(['read'], access.permission)) authorise(person, access);
  return ownerScope(grant.ownerId) as OwnerScope;
}

function placeOf({ jobId, lectureId, courseId }: RequestToAdmit['named']): Place | null {
  if (typeof jobId === 'string') return { jobId };
  if (typeof lectureId === 'string') return { lectureId };
  return typeof courseId === 'string' ? { courseId } : null;
}

async function isOwn(store: Pick<Store, 'courses' | 'lectures' | 'jobs'>, own: Scope, place: Place): Promise<boolean> {
  if ('jobId' in place) return (await store.jobs.find(own, place.jobId)) !== null;
  // Also in the trash: what is one's own is never another's of the same id.
  const [rows, id] = 'lectureId' in place ? [store.lectures, place.lectureId] : [store.courses, place.courseId];
  return ((await rows.find(own, id)) ?? (await rows.find(own, id, { trashed: true }))) !== null;
}
