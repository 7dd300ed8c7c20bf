import { AppError, toAppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import { ownerScope, type Scope } from '../domain/scope.ts';
import type { Message, Thread } from '../domain/thread.ts';
import type { Clock } from '../ports/clock.ts';
import type { SearchQuery } from '../ports/search-index.ts';
import type { Store } from '../ports/store.ts';
import type { AnswerDraft, Evidence } from '../ports/writer.ts';
import { contentStems } from '../domain/content-terms.ts';
import { gatherEvidence, type GatherEvidenceDeps } from './gather-evidence.ts';
import { findThread } from './threads.ts';
import { writeAnswer, type AnswerUsage, type WriteAnswerDeps } from './write-answer.ts';

export interface AskInThreadDeps extends GatherEvidenceDeps, Omit<WriteAnswerDeps, 'store' | 'metrics' | 'remembered'> {
  readonly store: GatherEvidenceDeps['store'] & Pick<Store, 'threads' | 'courses' | 'lectures' | 'settings'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface AskInThreadInput {
  readonly scope: Extract<Scope, { kind: 'owner' }>;
  readonly threadId: string;
  /** 1 to 2000 characters. */
  readonly question: string;
  /** Only from what this speaker says. */
  readonly speaker?: string | undefined;
}

/** What happens while a question is answered, in this order: sources, any number of deltas, usage. */
export type AnswerEvent =
  | { readonly type: 'sources'; readonly evidence: readonly Evidence[] }
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'usage'; readonly usage: AnswerUsage };

/** Messages that a model is reminded of. */
const REMEMBERED = 40;
/** A question of so few words ("and why?") is understood with the one before. */
const FEW_WORDS = 3;
const TITLE_LENGTH = 60;

/**
 * Answers a question in a conversation and keeps both. An answer that is stopped in the middle is kept as far as it came, and so is
 * the fact that one failed.
 *
 * @throws AppError `thread_not_found`, `search_unavailable`, `cancelled`, and those of the writer
 */
export async function askInThread(
  deps: AskInThreadDeps,
  input: AskInThreadInput,
  emit: (event: AnswerEvent) => void,
  signal: AbortSignal,
): Promise<Message> {
  const { scope, speaker } = input;
  const question = input.question.trim();
  const thread = await findThread(deps, input);
  const before = await deps.store.threads.messages(scope, thread.id, REMEMBERED);
  await keep(deps, thread, question, { role: 'user', text: question, status: 'complete' });
  let said = '';
  try {
    const query = { scope, text: searched(question, before), filter: filterOf(thread), speaker };
    const gathered = await gatherEvidence(deps, query, signal);
    emit({ type: 'sources', evidence: gathered.evidence });
    const draft = await writeAnswer(
      deps,
      { scope, question, filter: query.filter, speaker, gathered, history: before.map(remembered) },
      {
        onDelta: (text) => {
          said += text;
          emit({ type: 'delta', text });
        },
        onUsage: (usage) => emit({ type: 'usage', usage }),
      },
      signal,
    );
    return await keep(deps, thread, question, { ...answered(deps, draft), unsupported: draft.unsupported ?? [] });
  } catch (error) {
    const status = signal.aborted ? 'stopped' : 'failed';
    if (status === 'failed')
      deps.log.warn('error', 'chat.failed', { threadId: thread.id, cause: String(toAppError(error).cause ?? error) });
    const text = said === '' && status === 'failed' ? toAppError(error).detail : said;
    await keep(deps, thread, question, { role: 'assistant', text, status, supported: false }).catch(() => {}); // the first error counts
    throw signal.aborted ? new AppError('cancelled', 'The answer was stopped.', { cause: error }) : error;
  }
}

/** Marks of earlier answers mean nothing any more. */
function remembered({ role, text }: Message): { role: Message['role']; text: string } {
  return { role, text: text.replaceAll(/\s*\[\d+\]/g, '') };
}

function answered({ writer }: AskInThreadDeps, { answer, supported, citations, madeBy }: AnswerDraft): Said {
  const { engine, model } = madeBy ?? writer;
  return { role: 'assistant', text: answer, status: 'complete', supported, citations, engine, model };
}

type Said = Pick<Message, 'role' | 'text' | 'status'> & Partial<Message>;

async function keep(deps: AskInThreadDeps, thread: Thread, question: string, said: Said): Promise<Message> {
  const scope = ownerScope(thread.ownerId);
  const message: Message = {
    id: newId('msg'),
    ownerId: thread.ownerId,
    threadId: thread.id,
    supported: null,
    citations: [],
    unsupported: [],
    engine: null,
    model: null,
    createdAt: deps.clock.now(),
    ...said,
  };
  await deps.store.threads.addMessages(scope, thread.id, [message]);
  if (thread.title === '' && said.role === 'user') await deps.store.threads.rename(scope, thread.id, titleOf(question));
  return message;
}

/** `And why?` is searched with the question before it. */
function searched(question: string, before: readonly Message[]): string {
  const last = before.findLast(({ role }) => role === 'user')?.text;
  return last !== undefined && contentStems(question).length < FEW_WORDS ? `${last} ${question}` : question;
}

function filterOf({ about }: Thread): SearchQuery['filter'] {
  if (about.kind === 'course') return { courseId: about.courseId };
  return about.kind === 'lectures' ? { lectureIds: about.lectureIds } : {};
}

function titleOf(question: string): string {
  const line = question.replaceAll(/\s+/g, ' ');
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH).replace(/\s+\S*$/, '')}…`;
}
