import { z } from 'zod';
import { samplesToMs, type AudioChunk, type SampleSpan } from '../domain/audio.ts';
import type { Source } from '../domain/library.ts';
import { outputKey } from '../domain/output-key.ts';
import type { Scope } from '../domain/scope.ts';
import type { Segment, Transcript } from '../domain/transcript.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { PartHolder, Store, StepOutput } from '../ports/store.ts';
import type { Transcriber, TranscriberOptions, TranscriberSession } from '../ports/transcriber.ts';
import { firstFailure } from './first-failure.ts';
import { heardPartSchema, type HeardPart } from './heard-part.ts';
import { heardText, type HeardText } from './heard-text.ts';
import { tellInOrder, type DoneChunk } from './tell-in-order.ts';

const STEP = 'transcribe';
const VERSION = 2;
/** How often a job that waits for its helpers looks whether they are done. */
const LOOK_MS = 500;

export interface TranscribeDeps {
  readonly store: Pick<Store, 'outputs' | 'transcripts'>;
  readonly transcriber: Transcriber;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'transcribed' | 'modelLoaded'>;
}

export interface TranscribeInput {
  readonly scope: Scope;
  readonly source: Source;
  readonly options: TranscriberOptions;
  /** Reads the recording's speech from its start, asked for only when something is left to transcribe. */
  readonly audio: () => AsyncGenerator<AudioChunk, { durationMs: number }>;
  /** Names the cuts that `audio` gives. */
  readonly audioKey: string;
  /**
   * Called after each chunk, in order of completion, with where it ends, and the text that can be told now: in the order of the recording,
   * each word once, and none that an earlier run has told.
   */
  readonly onChunk: (done: { endMs: number; segments: readonly Segment[] }) => Promise<void>;
  /** Called once when something is left to do, with the name under which chunks are kept: others may help. */
  readonly onBegin?: (outputKey: string) => Promise<void>;
  /** Who this is, when other jobs may work on the same recording; null when it works alone. */
  readonly holder: PartHolder | null;
}

/** What is left to write, in the transaction that ends the job. Returns the transcript that holds the words. */
export type CommitTranscript = (tx: Pick<Store, 'outputs' | 'transcripts' | 'sources'>) => Promise<Transcript>;

/**
 * Turns speech into words. Each chunk is stored when it is done, so a run that was stopped goes on after the
 * chunks it has; a recording that this engine has done already, with the same settings, is not done again.
 * Chunks that helping jobs are at work on are left to them, and done here when their job dies.
 *
 * @throws AppError `engine_unavailable`, `engine_failed`, and what reading `audio` throws
 */
export async function transcribe(deps: TranscribeDeps, input: TranscribeInput, signal: AbortSignal): Promise<CommitTranscript> {
  const startedAt = deps.clock.now();
  const session = await openEngine(deps, input, signal);
  try {
    const key = keyOf(deps, input, session);
    const found = await deps.store.outputs.find(input.scope, key);
    if (found?.complete) {
      // The same bytes may belong to several sources: then the words are known, but this source has no version of them yet.
      const { sourceId, version } = wholeSchema.parse(found.body);
      const transcript = sourceId === input.source.id ? await deps.store.transcripts.find(input.scope, sourceId, version) : null;
      if (transcript) return async () => transcript;
    }
    await input.onBegin?.(key);
    const run = { key, session, parts: partsOf(found) };
    const durationMs = await transcribeAll(deps, input, run, signal);
    deps.metrics.transcribed({
      engine: deps.transcriber.engine,
      model: session.model,
      audioMs: durationMs,
      durationMs: deps.clock.now() - startedAt,
    });
    const parts = [...run.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const text = heardText(parts, textOptions(deps, input, session));
    return commitTo(deps, input, { key, durationMs, text, session });
  } finally {
    await session.close();
  }
}

/**
 * Does chunks of a recording that another job is transcribing, as many as nobody else has begun. Returns how many; none
 * when that job is done, or when the engine here would not give the same words (another version or model).
 */
export async function helpTranscribe(
  deps: TranscribeDeps,
  input: TranscribeInput & { readonly outputKey: string },
  signal: AbortSignal,
): Promise<number> {
  const session = await openEngine(deps, input, signal);
  try {
    const key = keyOf(deps, input, session);
    if (key !== input.outputKey) return 0;
    const found = await deps.store.outputs.find(input.scope, key);
    if (found?.complete) return 0;
    const run = { key, session, parts: partsOf(found) };
    const before = run.parts.size;
    await readThrough(deps, input, run, signal);
    return run.parts.size - before;
  } finally {
    await session.close();
  }
}

/** Engines load their model when they are opened: without it they cannot say that they are ready. */
async function openEngine(deps: TranscribeDeps, input: TranscribeInput, signal: AbortSignal): Promise<TranscriberSession> {
  const beganAt = deps.clock.now();
  const session = await deps.transcriber.open(input.options, signal);
  deps.metrics.modelLoaded({
    engine: deps.transcriber.engine,
    model: session.model,
    durationMs: deps.clock.now() - beganAt,
  });
  return session;
}

function keyOf(deps: TranscribeDeps, input: TranscribeInput, session: TranscriberSession): string {
  return outputKey({
    ownerId: input.source.ownerId,
    step: STEP,
    version: VERSION,
    engine: deps.transcriber.engine,
    digest: session.digest,
    language: session.language,
    task: input.options.task,
    audio: input.audioKey,
  });
}

interface Run {
  readonly key: string;
  readonly session: TranscriberSession;
  /** What is done, by index: grows. */
  readonly parts: Map<number, HeardPart>;
}

/** Returns the length of the recording when all its chunks are done, by us or by others. */
async function transcribeAll(deps: TranscribeDeps, input: TranscribeInput, run: Run, signal: AbortSignal): Promise<number> {
  for (;;) {
    const { durationMs, left } = await readThrough(deps, input, run, signal);
    if (left.length === 0) return durationMs;
    const orphans = await othersEnd(deps, input, run, left, signal);
    for (const [index, part] of partsOf(await deps.store.outputs.find(input.scope, run.key))) run.parts.set(index, part);
    if (!orphans) return durationMs;
  }
}

/** Waits until others have stored the chunks that are left, or one of them is ours because its job died: true then. */
async function othersEnd(
  deps: TranscribeDeps,
  input: TranscribeInput,
  run: Run,
  left: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  let waiting = left;
  while (waiting.length > 0) {
    const still: number[] = [];
    for (const index of waiting) {
      const state = await reserve(deps, input, run, index);
      if (state === 'mine') return true;
      if (state === 'taken') still.push(index);
    }
    waiting = still;
    if (waiting.length > 0) await deps.clock.sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
  return false;
}

/**
 * Goes through the recording once and does what is neither done nor in others' hands; `left` are the chunks that are
 * (also those that they have stored meanwhile).
 */
async function readThrough(
  deps: TranscribeDeps,
  input: TranscribeInput,
  run: Run,
  signal: AbortSignal,
): Promise<{ durationMs: number; left: readonly number[] }> {
  const audio = input.audio();
  const left: number[] = [];
  const tell = tellInOrder();
  const textNow = (chunk: AudioChunk, heard: Pick<DoneChunk, 'part' | 'isTold'>): readonly Segment[] =>
    heardText(tell({ ...timesOf(chunk), ...heard }), textOptions(deps, input, run.session)).segments;
  const inWork = new Set<Promise<void>>();
  const failure = firstFailure();
  const work = async (chunk: AudioChunk): Promise<void> => {
    const endMs = samplesToMs(chunk.endSample);
    const known = run.parts.get(chunk.index);
    if (known) return input.onChunk({ endMs, segments: textNow(chunk, { part: known, isTold: true }) });
    if ((await reserve(deps, input, run, chunk.index)) !== 'mine') {
      left.push(chunk.index);
      // Nothing of it is told here, but what waited for it is: the place of its end is not known to be reached.
      const segments = textNow(chunk, { part: null, isTold: false });
      return segments.length > 0 ? input.onChunk({ endMs: samplesToMs(chunk.startSample), segments }) : undefined;
    }
    const part = await transcribeChunk(deps, input, run, chunk, signal);
    run.parts.set(chunk.index, part);
    await input.onChunk({ endMs, segments: textNow(chunk, { part, isTold: false }) });
  };
  try {
    for (;;) {
      const next = await failure.unlessFailed(audio.next());
      signal.throwIfAborted();
      if (next.done) {
        await failure.unlessFailed(Promise.all(inWork));
        return { durationMs: next.value.durationMs, left };
      }
      const running: Promise<void> = work(next.value).finally(() => inWork.delete(running));
      inWork.add(running);
      // Kept apart from the chunks in work: one that failed while sound was awaited is in work no more, and must not be missed.
      running.catch(failure.report);
      if (inWork.size >= run.session.concurrency) await failure.unlessFailed(Promise.race(inWork));
    }
  } catch (error) {
    // What others have begun is finished and kept, unless we are told to stop.
    await Promise.allSettled(inWork);
    signal.throwIfAborted();
    throw error;
  } finally {
    await audio.return({ durationMs: 0 }); // ends the decoder when it was not read to its end
  }
}

function timesOf(chunk: AudioChunk): Pick<DoneChunk, 'index' | 'startMs' | 'endMs' | 'sharedFromMs'> {
  const { index, startSample, endSample, sharedFromSample } = chunk;
  const sharedFromMs = sharedFromSample === undefined ? null : samplesToMs(sharedFromSample);
  return { index, startMs: samplesToMs(startSample), endMs: samplesToMs(endSample), sharedFromMs };
}

async function reserve(
  { store, clock }: TranscribeDeps,
  { scope, source, holder }: TranscribeInput,
  run: Run,
  index: number,
): Promise<'mine' | 'taken' | 'done'> {
  if (!holder) return 'mine';
  return store.outputs.reservePart(scope, run.key, { step: STEP, sourceId: source.id, index, holder, now: clock.now() });
}

async function transcribeChunk(
  deps: TranscribeDeps,
  input: TranscribeInput,
  run: Run,
  chunk: AudioChunk,
  signal: AbortSignal,
): Promise<HeardPart> {
  const { words, language, noSpeech } = await run.session.transcribe(chunk, signal);
  signal.throwIfAborted();
  const utterances = chunk.utterances.map(({ startSample, endSample }: SampleSpan) => ({
    startMs: samplesToMs(startSample),
    endMs: samplesToMs(endSample),
  }));
  const part: HeardPart = { utterances, words: words.filter((word) => word.text !== ''), language, noSpeech };
  await deps.store.outputs.putPart(input.scope, run.key, {
    step: STEP,
    sourceId: input.source.id,
    index: chunk.index,
    body: part,
  });
  return part;
}

function textOptions({ transcriber }: TranscribeDeps, { options }: TranscribeInput, session: TranscriberSession) {
  return { punctuates: transcriber.punctuates, language: session.language, vocabulary: options.vocabulary };
}

function commitTo(
  deps: TranscribeDeps,
  input: TranscribeInput,
  made: { key: string; durationMs: number; text: HeardText; session: TranscriberSession },
): CommitTranscript {
  const { source, scope } = input;
  return async (tx) => {
    const fields = {
      ownerId: source.ownerId,
      lectureId: source.lectureId,
      sourceId: source.id,
      origin: 'machine' as const,
      baseVersion: null,
      task: input.options.task,
      engine: deps.transcriber.engine,
      model: made.session.model,
      language: made.text.language,
      durationMs: made.durationMs,
      draftQuality: deps.transcriber.draftQuality,
      segments: [...made.text.segments],
      createdAt: deps.clock.now(),
    };
    const transcript = await tx.transcripts.add(scope, fields, made.text.findings);
    await tx.outputs.complete(scope, made.key, {
      step: STEP,
      sourceId: source.id,
      body: { sourceId: source.id, version: transcript.version },
    });
    await tx.sources.setDuration(scope, source.id, made.durationMs);
    return transcript;
  };
}

function partsOf(found: StepOutput | null): Map<number, HeardPart> {
  return new Map((found?.parts ?? []).map((part) => [part.index, heardPartSchema.parse(part.body)]));
}

const wholeSchema = z.object({ sourceId: z.string(), version: z.number().int() });
