import type { Citation } from '@scholium/contract';

/** What a conversation is about: where its answers may come from. */
export type ThreadAbout =
  | { readonly kind: 'everything' }
  | { readonly kind: 'course'; readonly courseId: string }
  | { readonly kind: 'lectures'; readonly lectureIds: readonly string[] };

/** A conversation. */
export interface Thread {
  readonly id: string;
  readonly ownerId: string;
  /** Empty until the first question names it. */
  readonly title: string;
  readonly about: ThreadAbout;
  readonly createdAt: number;
  /** Of the newest message. */
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

/** What was asked or answered. Messages are added and never changed. */
export interface Message {
  readonly id: string;
  readonly ownerId: string;
  readonly threadId: string;
  readonly role: 'user' | 'assistant';
  /** `[1]` in an answer is the first of its citations. */
  readonly text: string;
  /** An answer may have been stopped by the person, or failed in the middle. */
  readonly status: 'complete' | 'stopped' | 'failed';
  /** Whether an answer rests on what was found; null for questions. */
  readonly supported: boolean | null;
  readonly citations: readonly Citation[];
  /** Sentences of the answer that nothing supports. */
  readonly unsupported: readonly string[];
  /** What wrote the answer; null for questions. */
  readonly engine: string | null;
  readonly model: string | null;
  readonly createdAt: number;
}
