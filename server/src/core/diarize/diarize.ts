import { z } from 'zod';
import { layersOf } from '../corrections/correct-transcript.ts';
import { AppError } from '../domain/app-error.ts';
import type { AudioChunk } from '../domain/audio.ts';
import type { Source } from '../domain/library.ts';
import { outputKey } from '../domain/output-key.ts';
import { speakerTurnSchema } from '@scholium/contract';
import type { Revision, SpeakerTurn } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import type { Speaker } from '../domain/speaker.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { Clock } from '../ports/clock.ts';
import type { Diarization, Diarizer } from '../ports/diarizer.ts';
import type { Store } from '../ports/store.ts';
import { nameByVoice } from '../speakers/name-by-voice.ts';
import { stableLabels } from './stable-labels.ts';

const STEP = 'diarize';
const VERSION = 1;
/** People may be correcting the transcript meanwhile. */
const TRIES = 5;

export interface DiarizeDeps {
  readonly store: Pick<Store, 'outputs'>;
  readonly diarizer: Diarizer;
  readonly clock: Pick<Clock, 'now'>;
}

export interface DiarizeInput {
  readonly scope: Scope;
  readonly source: Source;
  readonly speakers: number | null;
  /** Reads the recording's speech from its start. */
  readonly audio: () => AsyncIterable<AudioChunk>;
  /** Names the cuts that `audio` gives. */
  readonly audioKey: string;
  readonly onProgress: (endMs: number) => void;
}

/** What became of it. `transcript` is null when the transcript stays as it is: one speaker needs no labels. */
export interface Diarized {
  readonly engine: string;
  readonly model: string;
  readonly approximate: boolean;
  readonly speakers: number;
  readonly transcript: Transcript | null;
}

type Tx = Pick<Store, 'transcripts' | 'speakers' | 'lectures'>;

/**
 * Finds out who speaks when; what is returned lays it over the newest transcript, in the transaction that ends the job. Words
 * stay as they are, and so does whom a person named. What was found is kept: a second run writes the same.
 *
 * @throws AppError as `Diarizer.diarize`
 */
export async function diarize(
  deps: DiarizeDeps,
  input: DiarizeInput,
  signal: AbortSignal,
): Promise<(tx: Tx) => Promise<Diarized>> {
  const found = await listen(deps, input, signal);
  return (tx) => lay(deps, input, tx, found);
}

async function listen(deps: DiarizeDeps, input: DiarizeInput, signal: AbortSignal): Promise<Diarization> {
  const { scope, source, speakers, audioKey, onProgress } = input;
  const { engine } = deps.diarizer;
  const digest = await deps.diarizer.digest();
  const parts = { ownerId: source.ownerId, step: STEP, version: VERSION, engine, digest, speakers, audio: audioKey };
  const key = outputKey(parts);
  const known = await deps.store.outputs.find(scope, key);
  if (known?.complete) return diarizationSchema.parse(known.body);
  const found = await deps.diarizer.diarize(input.audio(), { speakers, onProgress }, signal);
  await deps.store.outputs.complete(scope, key, { step: STEP, sourceId: source.id, body: found });
  return found;
}

async function lay(deps: DiarizeDeps, input: DiarizeInput, tx: Tx, found: Diarization): Promise<Diarized> {
  const { scope, source } = input;
  const { engine, approximate } = deps.diarizer;
  const result = { engine, approximate, model: found.model, speakers: found.voices.length };
  for (let tries = 1; tries <= TRIES; tries++) {
    const seen = await tx.transcripts.latest(scope, source.id);
    if (!seen) throw noTranscript(source);
    const { base, revision } = await layersOf(tx, scope, seen);
    const labels = stableLabels(revision.turns, found.turns, labelsOfOthers(base, revision));
    const turns = found.turns.map((turn) => ({ ...turn, speaker: labels.get(turn.speaker) ?? turn.speaker }));
    const needsNone = found.voices.length < 2 && revision.turns.length === 0;
    if (needsNone || sameTurns(turns, revision.turns)) {
      await keepSpeakers(deps, input, tx, found, labels);
      return { ...result, transcript: null };
    }
    const made = await tx.transcripts.revise(scope, {
      sourceId: source.id,
      expected: seen.version,
      baseVersion: base.version,
      origin: seen.origin === 'corrected' ? 'corrected' : 'machine',
      revision: { ...revision, turns },
      change: { kind: 'speakers', by: null, examples: [], places: turns.length },
      createdAt: deps.clock.now(),
    });
    if (!made) continue;
    await keepSpeakers(deps, input, tx, found, labels);
    return { ...result, transcript: made };
  }
  throw new AppError('transcript_conflict', 'The transcript is being corrected over and over. Ask for its speakers again.');
}

/** Labels that people or files gave, not engines: nobody who was found is taken for one of them. */
function labelsOfOthers(base: Transcript, { speakers, turns }: Revision): Set<string> {
  const said = new Set([...speakers, ...base.segments].flatMap(({ speaker }) => speaker ?? []));
  return said.difference(new Set(turns.map(({ speaker }) => speaker)));
}

/** Speakers that people named keep their names; those that are gone from the recording stay while they are named. */
async function keepSpeakers(
  { diarizer }: DiarizeDeps,
  { scope, source }: DiarizeInput,
  tx: Tx,
  found: Diarization,
  labels: ReadonlyMap<string, string>,
): Promise<void> {
  const before = await tx.speakers.ofSource(scope, source.id);
  const now = found.voices.map(({ speaker, speechMs, embedding }, index): Speaker => {
    const label = labels.get(speaker) ?? speaker;
    const old = before.find((one) => one.label === label);
    return {
      ownerId: source.ownerId,
      sourceId: source.id,
      label,
      name: old?.name ?? null,
      byVoice: old?.byVoice ?? false,
      colour: old?.colour ?? index,
      engine: diarizer.engine,
      approximate: diarizer.approximate,
      speechMs,
      voice: embedding,
    };
  });
  const others = before.filter(({ label, name, engine }) => !now.some((one) => one.label === label) && (name || engine === null));
  const lecture = await tx.lectures.find(scope, source.lectureId);
  const named = lecture ? await tx.speakers.namedInCourse(scope, lecture.courseId) : [];
  await tx.speakers.replace(scope, source.id, distinctColours([...nameByVoice(now, named), ...others]));
}

/** Each its own: who had a colour first keeps it. */
function distinctColours(speakers: readonly Speaker[]): Speaker[] {
  const used = new Set<number>();
  return speakers.map((speaker) => {
    let { colour } = speaker;
    while (used.has(colour)) colour += 1;
    used.add(colour);
    return { ...speaker, colour };
  });
}

function sameTurns(a: readonly SpeakerTurn[], b: readonly SpeakerTurn[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ startMs, endMs, speaker }, i) => b[i]?.startMs === startMs && b[i].endMs === endMs && b[i].speaker === speaker)
  );
}

function noTranscript({ lectureId }: Source): AppError {
  return new AppError(
    'transcript_not_found',
    `The recording has no transcript yet. Make one with POST /api/lectures/${lectureId}/transcribe; its speakers follow by themselves.`,
  );
}

const diarizationSchema = z.object({
  model: z.string(),
  turns: z.array(speakerTurnSchema),
  voices: z.array(
    z.object({
      speaker: z.string(),
      speechMs: z.number(),
      embedding: z.object({ space: z.string(), vector: z.array(z.number()) }).nullable(),
    }),
  ),
});
