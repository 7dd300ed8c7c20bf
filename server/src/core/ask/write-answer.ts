import { citationSchema } from '@scholium/contract';
import { z } from 'zod';
import { citedTexts, groundAnswer, UNSUPPORTED_ANSWER } from '../domain/grounding.ts';
import { outputKey } from '../domain/output-key.ts';
import { ownerOf, type Scope } from '../domain/scope.ts';
import type { ModelMessage } from '../ports/language-model.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { SearchQuery } from '../ports/search-index.ts';
import type { AnswerDraft, Writer, WriterUsage } from '../ports/writer.ts';
import { readProfile, type ProfileDeps } from '../settings/profile.ts';
import type { UsageRecorder } from '../settings/usage-recorder.ts';
import type { Gathered } from './gather-evidence.ts';
import type { Remembered } from './remembered.ts';

export interface WriteAnswerDeps extends ProfileDeps {
  readonly writer: Pick<Writer, 'engine' | 'model' | 'digest' | 'answer'>;
  readonly metrics: Pick<Metrics, 'modelUsed'>;
  /** Left out, every answer is written anew. */
  readonly remembered?: Remembered;
  /** Left out, nobody's use is written down. */
  readonly usage?: UsageRecorder;
}

export interface WriteAnswerInput {
  readonly scope: Scope;
  readonly question: string;
  readonly filter: SearchQuery['filter'];
  /** Whose sentences alone were gathered: of the same passages another speaker has others. */
  readonly speaker?: string | undefined;
  readonly gathered: Gathered;
  readonly history: readonly ModelMessage[];
}

export type AnswerUsage = WriterUsage & { readonly cached: boolean };

export type WrittenAnswer = AnswerDraft & { readonly cached: boolean };

/** Raised when the same question over the same text would be answered otherwise. */
const VERSION = 1;

const draftSchema = z.object({
  answer: z.string(),
  supported: z.boolean(),
  citations: z.array(citationSchema),
  unsupported: z.array(z.string()),
});

/**
 * Writes an answer from what was found, or gives the one that was written for the same question, passages, history, wishes and
 * engine before. Every citation, remembered or new, is checked against the text it names.
 *
 * @throws AppError what the writer throws
 */
export async function writeAnswer(
  deps: WriteAnswerDeps,
  input: WriteAnswerInput,
  told: { readonly onDelta?: (text: string) => void; readonly onUsage?: (usage: AnswerUsage) => void },
  signal: AbortSignal,
): Promise<WrittenAnswer> {
  const { scope, question, history, gathered } = input;
  const { evidence, texts } = gathered;
  deps.usage?.tally(scope, 'questions');
  if (evidence.length === 0) return { answer: UNSUPPORTED_ANSWER, supported: false, citations: [], cached: false };
  const { systemPrompt, fallback } = await readProfile(deps, scope);
  const key = keyOf(deps, input, systemPrompt);
  const lookup = citedTexts(texts);
  const before = await rememberedAnswer(deps, scope, key);
  const again = before && groundAnswer(before, lookup);
  if (again && again.citations.length === before.citations.length && again.supported === before.supported) {
    const { engine, model } = deps.writer;
    deps.usage?.tally(scope, 'cacheHits');
    told.onDelta?.(again.answer);
    told.onUsage?.({ engine, model, inputTokens: 0, outputTokens: 0, costUsd: 0, cached: true });
    return { ...again, unsupported: before.unsupported ?? [], cached: true };
  }
  const onUsage = (usage: WriterUsage): void => {
    deps.metrics.modelUsed({ ...usage, purpose: 'answer' });
    deps.usage?.used(scope, 'answer', usage);
    told.onUsage?.({ ...usage, cached: false });
  };
  const request = { question, evidence, history, instructions: systemPrompt, fallback, onUsage };
  const draft = await deps.writer.answer({ ...request, ...(told.onDelta && { onDelta: told.onDelta }) }, signal);
  const { answer, supported, citations, unsupported = [] } = draft;
  // What another engine wrote because this one was away is not what this one would write.
  if (!draft.madeBy) {
    await deps.remembered?.keep(scope, 'answer', key, JSON.stringify({ answer, supported, citations, unsupported }));
  }
  return { ...groundAnswer(draft, lookup), unsupported, cached: false, ...(draft.madeBy && { madeBy: draft.madeBy }) };
}

/** The passages stand with the version of their text: a text that changed is another question. */
function keyOf({ writer }: WriteAnswerDeps, input: WriteAnswerInput, instructions: string | null): string {
  const { scope, question, filter, speaker, gathered, history } = input;
  return outputKey({
    ownerId: ownerOf(scope),
    step: 'answer',
    version: VERSION,
    writer: [writer.engine, writer.model, writer.digest],
    question: question.replaceAll(/\s+/g, ' '),
    filter,
    speaker,
    instructions,
    history: history.map(({ role, text }) => [role, text]),
    passages: gathered.evidence.map(({ passage: { sourceId, textVersion, startChar, page, firstWord, lastWord, text } }) => [
      sourceId,
      textVersion,
      firstWord,
      lastWord,
      page,
      startChar,
      text,
    ]),
  });
}

async function rememberedAnswer({ remembered }: WriteAnswerDeps, scope: Scope, key: string): Promise<AnswerDraft | null> {
  const body = (await remembered?.find(scope, 'answer', key)) ?? null;
  if (body === null) return null;
  try {
    return draftSchema.parse(JSON.parse(body));
  } catch {
    return null; // written by another version: it is written again
  }
}
