import type { ArtifactKind } from '@scholium/contract';
import { z } from 'zod';
import { AppError, toAppError } from '../domain/app-error.ts';
import type { ArtifactDraft, ArtifactUsage } from '../domain/artifact.ts';
import { outputKey } from '../domain/output-key.ts';
import { SpentModelError } from '../domain/spent-model-error.ts';
import type { LanguageModel, ModelRequest, ModelUsage } from '../ports/language-model.ts';
import type { AnswerDraft, AnswerRequest, Material, Writer, WriteRequest, WriterUsage } from '../ports/writer.ts';
import { answerWithModel } from './answer-with-model.ts';
import { itemsOf, joinDrafts, placeChapters, withItems } from './join-drafts.ts';
import { placeSessions } from './place-sessions.ts';
import { NumberedSentences } from './numbered-sentences.ts';
import { draftOf, replySchemas, tasks, unsupportedIn, type Reply } from './reply-shapes.ts';
import { studyPrompt, sentencesPrompt } from './study-prompt.ts';
import { windowsOf, type Window } from './windows.ts';

/** Raised when the same material would be asked for otherwise. */
const VERSION = 1;
/** More than this at once makes models forget the middle. */
const MOST_WINDOW_TOKENS = 60_000;
const MOST_OUTPUT_TOKENS = 8_000;
/** Left for what providers put around a request. */
const SLACK_TOKENS = 500;
/** So many more items than wanted are not worth choosing among. */
const TOLERANCE = 1.3;

/** How many items: some always, one more for each `per` sentences, never more than `most`. */
const amounts: Readonly<Record<ArtifactKind, { base: number; per: number; most: number }>> = {
  summary: { base: 3, per: 15, most: 20 },
  chapters: { base: 1, per: 30, most: 30 },
  outline: { base: 2, per: 30, most: 20 },
  key_terms: { base: 6, per: 12, most: 30 },
  flashcards: { base: 6, per: 10, most: 60 },
  practice_questions: { base: 4, per: 15, most: 30 },
  action_items: { base: 2, per: 20, most: 40 },
  study_plan: { base: 2, per: 80, most: 20 },
};

/** Kinds that cover the lecture from its beginning to its end: none of their items is left out for others. */
const placedKinds: ReadonlySet<ArtifactKind> = new Set(['chapters', 'study_plan']);

/**
 * A `Writer` over a language model. It is shown numbered sentences and must name, for everything it writes, the numbers it
 * rests on and words that stand there; what does not hold is dropped. Long lectures are written window by window and the
 * best items chosen: nothing is cut silently.
 *
 * @param fallback writes what the model could not; null lets the problem be told
 */
export function createModelWriter(model: LanguageModel, fallback: Writer | null): Writer {
  const { engine, model: name } = model;
  return {
    engine,
    model: name,
    digest: outputKey({
      ownerId: '',
      step: 'model-writer',
      version: VERSION,
      engine,
      model: name,
      fallback: fallback?.digest ?? null,
    }),
    write: (request, signal) => writeWithModel(model, request.fallback === false ? null : fallback, request, signal),
    answer: (request, signal) => answerOrFallBack(model, request.fallback === false ? null : fallback, request, signal),
    async close() {
      await model.close();
      await fallback?.close();
    },
  };
}

async function answerOrFallBack(
  model: LanguageModel,
  fallback: Writer | null,
  request: AnswerRequest,
  signal: AbortSignal,
): Promise<AnswerDraft> {
  let hasBegun = false;
  const onDelta = (text: string): void => {
    hasBegun = true;
    request.onDelta?.(text);
  };
  try {
    return await answerWithModel(model, { ...request, onDelta }, signal);
  } catch (error) {
    if (!fallback || signal.aborted || !isModelFault(error)) throw error;
    // Behind half an answer another one would read as its end.
    const { onDelta: _, ...whole } = request;
    const draft = await fallback.answer(hasBegun ? whole : request, signal);
    return { ...draft, madeBy: { engine: fallback.engine, model: fallback.model } };
  }
}

async function writeWithModel(
  model: LanguageModel,
  fallback: Writer | null,
  request: WriteRequest,
  signal: AbortSignal,
): Promise<readonly ArtifactDraft[]> {
  const { kinds, material, onProgress, onProblem } = request;
  const drafts: ArtifactDraft[] = [];
  if (material.sentences.length === 0) return drafts;
  const failures: { kind: ArtifactKind; error: AppError }[] = [];
  const spent = new Map<ArtifactKind, ArtifactUsage>();
  for (const [index, kind] of kinds.entries()) {
    const told = (fraction: number): void => onProgress?.((index + fraction) / kinds.length);
    const onUsage = (usage: WriterUsage): void => {
      spent.set(kind, addedUsage(spent.get(kind), usage));
      request.onUsage?.(usage);
    };
    try {
      const draft = await writeKind(model, kind, { ...request, onUsage, onProgress: told }, signal);
      if (draft) drafts.push(draft);
    } catch (error) {
      if (signal.aborted || !isModelFault(error)) throw error;
      failures.push({ kind, error: toAppError(error) });
    }
    told(1);
  }
  for (const { kind, error } of failures) onProblem?.(kind, error);
  const [first] = failures;
  if (first && !fallback && drafts.length === 0) throw first.error;
  if (first && fallback) {
    const made = await fallback.write({ material, length: request.length, kinds: failures.map(({ kind }) => kind) }, signal);
    const madeBy = { engine: fallback.engine, model: fallback.model };
    for (const draft of made) {
      const error = failures.find(({ kind }) => kind === draft.kind)?.error ?? first.error;
      const reason = { engine: model.engine, model: model.model, code: error.code, detail: error.detail };
      drafts.push({ ...draft, madeBy, fallback: reason });
    }
  }
  return kinds.flatMap((kind) => {
    const usage = spent.get(kind);
    return drafts.filter((draft) => draft.kind === kind).map((draft) => (usage ? { ...draft, usage } : draft));
  });
}

/** With one more call; without a price for one of them there is none for all. */
function addedUsage(before: ArtifactUsage | undefined, { inputTokens, outputTokens, costUsd }: ModelUsage): ArtifactUsage {
  if (!before) return { calls: 1, inputTokens, outputTokens, costUsd };
  return {
    calls: before.calls + 1,
    inputTokens: before.inputTokens + inputTokens,
    outputTokens: before.outputTokens + outputTokens,
    costUsd: before.costUsd === null || costUsd === null ? null : before.costUsd + costUsd,
  };
}

async function writeKind<K extends ArtifactKind>(
  model: LanguageModel,
  kind: K,
  request: WriteRequest,
  signal: AbortSignal,
): Promise<ArtifactDraft<K> | null> {
  const { material, onProgress } = request;
  const rule = amounts[kind];
  const wanted = Math.max(1, Math.round(Math.min(rule.most, rule.base + material.sentences.length / rule.per) * request.length));
  const windows = windowsFor(model, request);
  const drafts: ArtifactDraft<K>[] = [];
  const unsupported: string[] = [];
  for (const [index, window] of windows.entries()) {
    const share = Math.max(1, Math.ceil((wanted * window.sentences.length) / material.sentences.length));
    const written = await writeWindow(model, kind, { request, window, count: share }, signal);
    if (written.draft) drafts.push(written.draft);
    unsupported.push(...written.unsupported);
    onProgress?.((index + 1) / (windows.length + 1));
  }
  const joined = joinDrafts(kind, drafts);
  if (!joined && unsupported.length > 0) {
    throw new AppError(
      'model_reply_invalid',
      'Nothing that the language model wrote names words that stand in the lecture, so it was not kept. Try again, or use a larger model.',
    );
  }
  if (!joined) return null;
  const chosen = windows.length > 1 && !placedKinds.has(kind) ? await choose(model, joined, { request, wanted }, signal) : joined;
  const draft = placed(chosen, material);
  return unsupported.length > 0 ? { ...draft, unsupported } : draft;
}

/** Chapters and sessions with their times. */
function placed<K extends ArtifactKind>(draft: ArtifactDraft<K>, { sentences }: Material): ArtifactDraft<K> {
  // The kind says which draft it is.
  if (draft.kind === 'study_plan') return placeSessions(draft as ArtifactDraft<'study_plan'>, sentences) as ArtifactDraft<K>;
  if (draft.kind === 'chapters') return placeChapters(draft as ArtifactDraft<'chapters'>, sentences) as ArtifactDraft<K>;
  return draft;
}

function windowsFor(model: LanguageModel, request: WriteRequest): Window[] {
  const fixed = model.countTokens(studyPrompt(request, '')) + outputTokens(model) + SLACK_TOKENS;
  const budget = Math.max(500, Math.min(MOST_WINDOW_TOKENS, model.contextTokens - fixed));
  return windowsOf(request.material.sentences, budget, (text) => model.countTokens(text));
}

async function writeWindow<K extends ArtifactKind>(
  model: LanguageModel,
  kind: K,
  { request, window, count }: { request: WriteRequest; window: Window; count: number },
  signal: AbortSignal,
): Promise<{ readonly draft: ArtifactDraft<K> | null; readonly unsupported: readonly string[] }> {
  const given = new NumberedSentences(window.sentences, window.offset);
  const reply = await ask(
    model,
    {
      system: studyPrompt(request, tasks[kind](count)),
      messages: [{ role: 'user', text: sentencesPrompt(request.material as Material, given) }],
      maxOutputTokens: outputTokens(model),
    },
    // Each kind's schema parses to its own reply, which the compiler cannot tell for a kind that is a parameter.
    { schema: replySchemas[kind] as unknown as z.ZodType<Reply<K>>, name: kind, onUsage: request.onUsage },
    signal,
  );
  return { draft: draftOf(kind, reply, given), unsupported: unsupportedIn(reply, given) };
}

const choiceSchema = z.object({ keep: z.array(z.number()) });

/** Lets the model choose the best of too many items; what it says is only read as a choice. */
async function choose<K extends ArtifactKind>(
  model: LanguageModel,
  draft: ArtifactDraft<K>,
  { request, wanted }: { request: WriteRequest; wanted: number },
  signal: AbortSignal,
): Promise<ArtifactDraft<K>> {
  const items = itemsOf(draft);
  if (items.length <= wanted * TOLERANCE) return draft;
  const listed = items.map((item, index) => `${index + 1} ${describe(item)}`).join('\n');
  const task = `From the numbered items, which were written from parts of one lecture, choose the ${wanted} that matter most and do not repeat each other. Reply with their numbers in "keep".`;
  const messages = [{ role: 'user' as const, text: listed }];
  const asked = { system: studyPrompt(request, task), messages, maxOutputTokens: outputTokens(model) };
  if (model.countTokens(listed) + model.countTokens(asked.system) + asked.maxOutputTokens > model.contextTokens) return draft;
  const { keep } = await ask(model, asked, { schema: choiceSchema, name: 'choice', onUsage: request.onUsage }, signal);
  const kept = new Set(keep.map((number) => number - 1));
  const chosen = items.filter((_, index) => kept.has(index));
  return chosen.length > 0 ? withItems(draft, chosen) : draft;
}

function describe(item: object): string {
  const texts = Object.entries(item).filter(([name, value]) => typeof value === 'string' && name !== 'type');
  return texts
    .map(([, value]) => String(value))
    .join(' | ')
    .slice(0, 400);
}

async function ask<T>(
  model: LanguageModel,
  request: ModelRequest,
  reply: { schema: z.ZodType<T>; name: string; onUsage: ((usage: WriterUsage) => void) | undefined },
  signal: AbortSignal,
): Promise<T> {
  const tell = (usage: ModelUsage): void => reply.onUsage?.({ ...usage, engine: model.engine, model: model.model });
  try {
    const { value, usage } = await model.generate({ ...request, schema: reply.schema, schemaName: reply.name }, signal);
    tell(usage);
    return value;
  } catch (error) {
    if (error instanceof SpentModelError) tell(error.usage);
    throw error;
  }
}

function outputTokens({ contextTokens }: LanguageModel): number {
  return Math.min(MOST_OUTPUT_TOKENS, Math.floor(contextTokens / 3));
}

function isModelFault(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith('model_');
}
