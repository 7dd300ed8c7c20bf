import type { AnswerReply } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import { citedTexts, groundAnswer, UNSUPPORTED_ANSWER } from '../domain/grounding.ts';
import type { Scope } from '../domain/scope.ts';
import type { Writer } from '../ports/writer.ts';
import { gatherEvidence, type GatherEvidenceDeps } from './gather-evidence.ts';

export interface AskDeps extends GatherEvidenceDeps {
  readonly writer: Pick<Writer, 'answer'>;
}

export interface AskInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** 1 to 2000 characters. */
  readonly question: string;
}

const MAX_QUESTION_LENGTH = 2000;

/**
 * Answers a question from what was said in the lecture and stands in its documents. Every citation is checked against the text it names; an
 * answer that no true citation supports comes back as not supported.
 *
 * @throws AppError `invalid_request`, `lecture_not_found`, `search_unavailable`
 */
export async function ask(deps: AskDeps, input: AskInput, signal: AbortSignal): Promise<AnswerReply> {
  const { scope, lectureId } = input;
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

  const wanted = { scope, text: question, filter: { lectureIds: [lectureId] } };
  const { evidence, texts } = await gatherEvidence(deps, wanted, signal);
  if (evidence.length === 0) return { answer: UNSUPPORTED_ANSWER, supported: false, citations: [] };

  const draft = await deps.writer.answer(
    { question, evidence, onUsage: (usage) => deps.metrics.modelUsed({ ...usage, purpose: 'answer' }) },
    signal,
  );
  const { answer, supported, citations } = groundAnswer(draft, citedTexts(texts));
  return { answer, supported, citations: [...citations] };
}
