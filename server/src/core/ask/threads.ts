import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';
import type { Message, Thread, ThreadAbout } from '../domain/thread.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { ThreadFilter } from '../ports/thread-store.ts';

export interface ThreadDeps {
  readonly store: Pick<Store, 'threads' | 'courses' | 'lectures'>;
  readonly clock: Pick<Clock, 'now'>;
}

type OwnerScope = Extract<Scope, { kind: 'owner' }>;

/** Newest messages that are shown with a thread. */
const SHOWN_MESSAGES = 500;

/** Begins a conversation; with an `id` that exists, gives that one. @throws AppError `course_not_found`, `lecture_not_found` */
export async function createThread(
  deps: ThreadDeps,
  input: { readonly scope: OwnerScope; readonly id?: string | null; readonly title: string | null; readonly about: ThreadAbout },
): Promise<Thread> {
  const { scope, title, about } = input;
  const known = input.id ? await deps.store.threads.find(scope, input.id) : null;
  if (known) return known;
  await requireAbout(deps.store, scope, about);
  const now = deps.clock.now();
  const thread = {
    id: input.id ?? newId('thr'),
    ownerId: scope.ownerId,
    title: title ?? '',
    about,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  await deps.store.threads.insert(scope, thread);
  return thread;
}

export function listThreads(
  deps: Pick<ThreadDeps, 'store'>,
  input: { readonly scope: Scope; readonly filter: ThreadFilter; readonly page: PageRequest },
): Promise<Page<Thread>> {
  return deps.store.threads.list(input.scope, input.filter, input.page);
}

/** @throws AppError `thread_not_found` */
export async function findThread(deps: Pick<ThreadDeps, 'store'>, input: { scope: Scope; threadId: string }): Promise<Thread> {
  const thread = await deps.store.threads.find(input.scope, input.threadId);
  if (thread) return thread;
  throw new AppError(
    'thread_not_found',
    `There is no conversation "${input.threadId.slice(0, 80)}". GET /api/threads lists them; a deleted one can be restored for 7 days.`,
  );
}

/** A conversation with its newest messages, oldest first. @throws AppError `thread_not_found` */
export async function readThread(
  deps: Pick<ThreadDeps, 'store'>,
  input: { scope: Scope; threadId: string },
): Promise<{ readonly thread: Thread; readonly messages: readonly Message[] }> {
  const thread = await findThread(deps, input);
  return { thread, messages: await deps.store.threads.messages(input.scope, thread.id, SHOWN_MESSAGES) };
}

/** @throws AppError `thread_not_found` */
export async function renameThread(
  deps: Pick<ThreadDeps, 'store'>,
  input: { scope: Scope; threadId: string; title: string },
): Promise<Thread> {
  const thread = await findThread(deps, input);
  await deps.store.threads.rename(input.scope, thread.id, input.title);
  return { ...thread, title: input.title };
}

/** Puts a conversation into the trash for 7 days. @throws AppError `thread_not_found` */
export async function trashThread(deps: ThreadDeps, input: { scope: Scope; threadId: string }): Promise<Thread> {
  const thread = await findThread(deps, input);
  const deletedAt = deps.clock.now();
  await deps.store.threads.setDeletedAt(input.scope, thread.id, deletedAt);
  return { ...thread, deletedAt };
}

/** @throws AppError `thread_not_found` */
export async function restoreThread(deps: Pick<ThreadDeps, 'store'>, input: { scope: Scope; threadId: string }): Promise<Thread> {
  await deps.store.threads.setDeletedAt(input.scope, input.threadId, null);
  return findThread(deps, input);
}

async function requireAbout(store: ThreadDeps['store'], scope: Scope, about: ThreadAbout): Promise<void> {
  if (about.kind === 'course' && !(await store.courses.find(scope, about.courseId)))
    throw new AppError(
      'course_not_found',
      `There is no course "${about.courseId.slice(0, 80)}". GET /api/courses lists what exists.`,
    );
  if (about.kind !== 'lectures') return;
  for (const id of about.lectureIds)
    if (!(await store.lectures.find(scope, id)))
      throw new AppError('lecture_not_found', `There is no lecture "${id.slice(0, 80)}". GET /api/lectures lists what exists.`);
}
