import type { AnswerReply } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { DocumentText } from '../domain/document.ts';
import { citedTexts, groundAnswer, UNSUPPORTED_ANSWER } from '../domain/grounding.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { SearchHit } from '../ports/search-index.ts';
import type { Store } from '../ports/store.ts';
import type { Evidence, Writer } from '../ports/writer.ts';
import { documentSentencesOf, sentencesOf } from './evidence.ts';
import { findPassages, type FindPassagesDeps } from './find-passages.ts';

export interface AskDeps extends FindPassagesDeps {
  readonly store: Pick<Store, 'courses' | 'lectures' | 'sources' | 'transcripts' | 'documents'>;
  readonly writer: Pick<Writer, 'answer'>;
}

export interface AskInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** 1 to 2000 characters. */
  readonly question: string;
}

/** How many passages an answer is written from: about 600 words. */
const EVIDENCE_PASSAGES = 8;

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

  const filter = { lectureIds: [lectureId] };
  const { hits } = await findPassages(deps, { scope, text: question, filter, limit: EVIDENCE_PASSAGES }, signal);
  const texts = await textsOf(deps.store, scope, hits);
  const evidence = hits.flatMap((hit) => evidenceOf(hit, texts));
  if (evidence.length === 0) return { answer: UNSUPPORTED_ANSWER, supported: false, citations: [] };

  const draft = await deps.writer.answer({ question, evidence }, signal);
  const { answer, supported, citations } = groundAnswer(draft, citedTexts(texts));
  return { answer, supported, citations: [...citations] };
}

/** The versions of the texts that the hits are from, each read once. */
async function textsOf(
  store: Pick<Store, 'transcripts' | 'documents'>,
  scope: Scope,
  hits: readonly SearchHit[],
): Promise<(Transcript | DocumentText)[]> {
  const named = new Map(hits.map(({ passage }) => [JSON.stringify([passage.sourceId, passage.textVersion]), passage]));
  const found = await Promise.all(
    [...named.values()].map(({ kind, sourceId, textVersion }) =>
      kind === 'document'
        ? store.documents.find(scope, sourceId, textVersion)
        : store.transcripts.find(scope, sourceId, textVersion),
    ),
  );
  return found.filter((text) => text !== null);
}

function evidenceOf({ passage, cosine, overlap }: SearchHit, texts: readonly (Transcript | DocumentText)[]): Evidence[] {
  const text = texts.find(({ sourceId, version }) => sourceId === passage.sourceId && version === passage.textVersion);
  if (!text) return [];
  const sentences = 'pages' in text ? documentSentencesOf(passage, text) : sentencesOf(passage, text);
  return sentences.length > 0 ? [{ passage, sentences, cosine, overlap }] : [];
}
