import type { Page, PageRequest } from '../domain/page.ts';
import type { Scope } from '../domain/scope.ts';
import type { Message, Thread, ThreadAbout } from '../domain/thread.ts';
import type { ThreadFilter } from '../ports/thread-store.ts';
import { requireOn, whileOn } from '../settings/switches.ts';
import { askInThread, type AnswerEvent, type AskInThreadDeps, type AskInThreadInput } from './ask-in-thread.ts';
import { createThread, findThread, listThreads, readThread, renameThread, restoreThread, trashThread } from './threads.ts';

type OwnerScope = Extract<Scope, { kind: 'owner' }>;
type One = { readonly scope: OwnerScope; readonly threadId: string };

/** What can be done with conversations. Each throws `thread_not_found` for one that is not there. */
export interface ThreadUseCases {
  create(input: { scope: OwnerScope; id?: string | null; title: string | null; about: ThreadAbout }): Promise<Thread>;
  list(input: { scope: OwnerScope; filter: ThreadFilter; page: PageRequest }): Promise<Page<Thread>>;
  find(input: One): Promise<Thread>;
  read(input: One): Promise<{ readonly thread: Thread; readonly messages: readonly Message[] }>;
  rename(input: One & { title: string }): Promise<Thread>;
  trash(input: One): Promise<Thread>;
  restore(input: One): Promise<Thread>;
  /** @throws AppError `switched_off` while no questions are answered */
  admit(): Promise<void>;
  /** @throws AppError as `admit`, and as `askInThread` */
  ask(input: AskInThreadInput, emit: (event: AnswerEvent) => void, signal: AbortSignal): Promise<Message>;
}

/** The use cases over their ports. */
export function bindThreads(deps: AskInThreadDeps): ThreadUseCases {
  return {
    create: (input) => createThread(deps, input),
    list: (input) => listThreads(deps, input),
    find: (input) => findThread(deps, input),
    read: (input) => readThread(deps, input),
    rename: (input) => renameThread(deps, input),
    trash: (input) => trashThread(deps, input),
    restore: (input) => restoreThread(deps, input),
    admit: () => requireOn(deps, 'chat'),
    ask: whileOn(deps, 'chat', (input: AskInThreadInput, emit: (event: AnswerEvent) => void, signal: AbortSignal) =>
      askInThread(deps, input, emit, signal),
    ),
  };
}
