import { z } from 'zod';
import { wordSchema } from '@scholium/contract';
import { samplesToMs, type AudioChunk, type SampleSpan } from '../domain/audio.ts';
import type { Source } from '../domain/library.ts';
import { outputKey } from '../domain/output-key.ts';
import type { Scope } from '../domain/scope.ts';
import type { Segment, Transcript, Word } from '../domain/transcript.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Store, StepOutput } from '../ports/store.ts';
import type { Transcriber, TranscriberSession } from '../ports/transcriber.ts';
import { firstFailure } from './first-failure.ts';
import { segmentsOf } from './segments.ts';

const STEP = 'transcribe';
const VERSION = 1;

export interface TranscribeDeps {
  readonly store: Pick<Store, 'outputs' | 'transcripts'>;
  readonly transcriber: Transcriber;
  readonly clock: Pick<Clock, 'now'>;
  readonly metrics: Pick<Metrics, 'transcribed'>;
}

export interface TranscribeInput {
  readonly scope: Scope;
  readonly source: Source;
  readonly model: string | null;
  readonly language: string | null;
  /** The recording's speech, asked for only when something is left to transcribe. */
  readonly audio: AsyncGenerator<AudioChunk, { durationMs: number }>;
  /** Names the cuts that `audio` gives. */
  readonly audioKey: string;
  /** Called after each chunk, in order of completion, with where it ends and its text (none when an earlier run has told it). */
  readonly onChunk: (done: { endMs: number; segments: readonly Segment[] }) => Promise<void>;
}

/** What is left to write, in the transaction that ends the job. Returns the transcript that holds the words. */
export type CommitTranscript = (tx: Pick<Store, 'outputs' | 'transcripts' | 'sources'>) => Promise<Transcript>;

/**
 * Turns speech into words. Each chunk is stored when it is done, so a run that was stopped goes on after the
 * chunks it has; a recording that this engine has done already, with the same settings, is not done again.
 *
 * @throws AppError `engine_unavailable`, `engine_failed`, and what reading `audio` throws
 */
export async function transcribe(deps: TranscribeDeps, input: TranscribeInput, signal: AbortSignal): Promise<CommitTranscript> {
  const startedAt = deps.clock.now();
  const session = await deps.transcriber.open({ model: input.model, language: input.language }, signal);
  try {
    const key = outputKey({
      ownerId: input.source.ownerId,
      step: STEP,
      version: VERSION,
      engine: deps.transcriber.engine,
      digest: session.digest,
      language: session.language,
      audio: input.audioKey,
    });
    const found = await deps.store.outputs.find(input.scope, key);
    if (found?.complete) {
      // The same bytes may belong to several sources: then the words are known, but this source has no version of them yet.
      const { sourceId, version } = wholeSchema.parse(found.body);
      const transcript = sourceId === input.source.id ? await deps.store.transcripts.find(input.scope, sourceId, version) : null;
      if (transcript) return async () => transcript;
    }
    const { durationMs, parts } = await transcribeChunks(deps, input, { key, found, session }, signal);
    deps.metrics.transcribed({
      engine: deps.transcriber.engine,
      model: session.model,
      audioMs: durationMs,
      durationMs: deps.clock.now() - startedAt,
    });
    const segments = segmentsOf(parts.flatMap(utterancesOf), {
      punctuates: deps.transcriber.punctuates,
      language: session.language,
    });
    return commitTo(deps, input, { key, durationMs, segments, session });
  } finally {
    await input.audio.return({ durationMs: 0 }); // ends the decoder when it was not read to its end
    await session.close();
  }
}

interface Run {
  readonly key: string;
  readonly found: StepOutput | null;
  readonly session: TranscriberSession;
}

async function transcribeChunks(
  deps: TranscribeDeps,
  input: TranscribeInput,
  run: Run,
  signal: AbortSignal,
): Promise<{ durationMs: number; parts: ChunkPart[] }> {
  const parts = new Map((run.found?.parts ?? []).map((part) => [part.index, partSchema.parse(part.body)]));
  const inWork = new Set<Promise<void>>();
  const failure = firstFailure();
  const work = async (chunk: AudioChunk): Promise<void> => {
    const endMs = samplesToMs(chunk.endSample);
    if (parts.has(chunk.index)) return input.onChunk({ endMs, segments: [] });
    const part = await transcribeChunk(deps, input, run, chunk, signal);
    parts.set(chunk.index, part);
    await input.onChunk({
      endMs,
      segments: segmentsOf(utterancesOf(part), { punctuates: deps.transcriber.punctuates, language: run.session.language }),
    });
  };
  try {
    for (;;) {
      const next = await failure.unlessFailed(input.audio.next());
      signal.throwIfAborted();
      if (next.done) {
        await failure.unlessFailed(Promise.all(inWork));
        return { durationMs: next.value.durationMs, parts: [...parts].sort(([a], [b]) => a - b).map(([, part]) => part) };
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
  }
}

async function transcribeChunk(
  deps: TranscribeDeps,
  input: TranscribeInput,
  run: Run,
  chunk: AudioChunk,
  signal: AbortSignal,
): Promise<ChunkPart> {
  const words = await run.session.transcribe(chunk, signal);
  signal.throwIfAborted();
  const utterances = chunk.utterances.map(({ startSample, endSample }: SampleSpan) => ({
    startMs: samplesToMs(startSample),
    endMs: samplesToMs(endSample),
  }));
  const part: ChunkPart = { utterances, words: words.filter((word) => word.text !== '') };
  await deps.store.outputs.putPart(input.scope, run.key, {
    step: STEP,
    sourceId: input.source.id,
    index: chunk.index,
    body: part,
  });
  return part;
}

function commitTo(
  deps: TranscribeDeps,
  input: TranscribeInput,
  made: { key: string; durationMs: number; segments: readonly Segment[]; session: TranscriberSession },
): CommitTranscript {
  const { source, scope } = input;
  return async (tx) => {
    const transcript = await tx.transcripts.add(scope, {
      ownerId: source.ownerId,
      lectureId: source.lectureId,
      sourceId: source.id,
      engine: deps.transcriber.engine,
      model: made.session.model,
      language: made.session.language,
      durationMs: made.durationMs,
      draftQuality: deps.transcriber.draftQuality,
      segments: [...made.segments],
      createdAt: deps.clock.now(),
    });
    await tx.outputs.complete(scope, made.key, {
      step: STEP,
      sourceId: source.id,
      body: { sourceId: source.id, version: transcript.version },
    });
    await tx.sources.setDuration(scope, source.id, made.durationMs);
    return transcript;
  };
}

/** Gives each word to the utterance it lies in (by its middle); words are never lost, whatever an engine says of their times. */
function utterancesOf(part: ChunkPart): { startMs: number; endMs: number; words: Word[] }[] {
  const utterances = part.utterances.map((span) => ({ ...span, words: [] as Word[] }));
  const first = utterances[0];
  if (!first) return [];
  for (const word of part.words) {
    const middle = (word.startMs + word.endMs) / 2;
    let home = first;
    for (const utterance of utterances) if (utterance.startMs <= middle) home = utterance;
    home.words.push(word);
  }
  return utterances.filter((utterance) => utterance.words.length > 0);
}

const partSchema = z.object({
  utterances: z.array(z.object({ startMs: z.number(), endMs: z.number() })),
  words: z.array(wordSchema),
});
type ChunkPart = z.infer<typeof partSchema>;

const wholeSchema = z.object({ sourceId: z.string(), version: z.number().int() });
