import type { AnswerRequest } from '../../core/ports/writer.ts';
import { serveThread } from '../worker-thread/serve-thread.ts';
import { answerFrom, shortlist } from './answer-question.ts';
import { type StudyRequest, writeStudy } from './write-study.ts';

const methods = {
  study: (request: StudyRequest) => writeStudy(request),
  /** Texts of the sentences that are worth a closer look by meaning. */
  shortlist: ({ request, count }: { request: AnswerRequest; count: number }) => shortlist(request, count),
  answer: ({ request, cosines }: { request: AnswerRequest; cosines: ReadonlyMap<string, number> }) =>
    answerFrom(request, cosines),
};

export type ExtractiveMethods = typeof methods;

serveThread(methods);
