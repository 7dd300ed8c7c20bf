import type { AnswerReply } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { gatherEvidence, type GatherEvidenceDeps } from './gather-evidence.ts';
import { writeAnswer, type WriteAnswerDeps } from './write-answer.ts';

export interface AskDeps extends GatherEvidenceDeps, Omit<WriteAnswerDeps, 'store' | 'metrics' | 'remembered'> {
  readonly store: GatherEvidenceDeps['store'] & Pick<Store, 'settings'>;
}

export interface AskInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** 1 to 2000 characters. */
  readonly question: string;
  /** Only from what this speaker says. */
  readonly speaker?: string | undefined;
}

const MAX_QUESTION_LENGTH = 2000;

/**
 * Answers a question from what was said in the lecture and stands in its documents. Every citation is checked against the text it names; an
 * answer that no true citation supports comes back as not supported.
 *
 * @throws AppError `invalid_request`, `lecture_not_found`, `search_unavailable`
 */
export async function ask(deps: AskDeps, input: AskInput, signal: AbortSignal): Promise<AnswerReply> {
  const { scope, lectureId, speaker } = input;
  const question = input.question.trim();
  if (question.length === 0 || question.length > MAX_QUESTION_LENGTH) {
    throw new AppError(
      'invalid_request',
      `A question has 1 to ${MAX_QUESTION_LENGTH} characters; this one has ${question.length}.`,
    );
  }
  if (!(await deps.store.lectures.find(scope, lectureId))) {
    throw new AppError('lecture_not_found', `There is no lecture "${lectureId.slice(0, 80)}". GET /lectures lists what exists.`);
  }

  const filter = { lectureIds: [lectureId] };
  const gathered = await gatherEvidence(deps, { scope, text: question, filter, speaker }, signal);
  const written = await writeAnswer(deps, { scope, question, filter, speaker, gathered, history: [] }, {}, signal);
  const { answer, supported, citations, cached } = written;
  return { answer, supported, citations: [...citations], cached };
}
