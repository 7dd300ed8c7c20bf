import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';
import type { Message, Thread } from '../domain/thread.ts';

export interface ThreadFilter {
  /** In the title or in a message, whatever the case; any text, never read as a pattern. */
  readonly text?: string;
  readonly lectureId?: string;
  readonly courseId?: string;
}

/** Conversations and their messages. */
export interface ThreadStore {
  insert(scope: Scope, thread: Thread): Promise<void>;
  find(scope: Scope, id: string, filter?: { readonly trashed?: boolean }): Promise<Thread | null>;
  /** Those not in the trash, the one with the newest message first. */
  list(scope: Scope, filter: ThreadFilter, page: PageRequest): Promise<Page<Thread>>;
  rename(scope: Scope, id: string, title: string): Promise<void>;
  /** Puts into the trash (a time) or takes out (null). Returns false when there is no such row. */
  setDeletedAt(scope: Scope, id: string, deletedAt: number | null): Promise<boolean>;
  /** Removes those in the trash since before `before`, of all owners; tells how many. */
  removeExpired(before: number): Promise<number>;
  /** Adds messages at the end, in this order, and makes the thread as new as the last. */
  addMessages(scope: Scope, threadId: string, messages: readonly Message[]): Promise<void>;
  /** Oldest first; the newest `limit` of them. */
  messages(scope: Scope, threadId: string, limit: number): Promise<readonly Message[]>;
}
