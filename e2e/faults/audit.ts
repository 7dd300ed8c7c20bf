import { listProcesses, descendantsOf } from '../support/processes.ts';
import type { JobRow, TranscriptRow } from './database.ts';
import { leftovers } from './leftovers.ts';
import type { Accepted, Sent } from './send-recordings.ts';
import type { World } from './world.ts';

/** What became of everything, counted. */
export interface Audit {
  readonly accepted: number;
  readonly transcribed: number;
  readonly deadLetters: number;
  /** One line for each dead letter. */
  readonly causes: readonly string[];
  /** Tries beyond the first, of all jobs. */
  readonly retries: number;
  readonly clientRetries: number;
  /** From SIGKILL to the next claim of a job that the killed worker had, in ms, ascending. */
  readonly recoveriesMs: readonly number[];
  /** Recordings whose file was stored but whose request got no answer: their bytes wait for the daily clean-up. */
  readonly unanswered: number;
  /** Each is a sentence; there is none of these when all is well. */
  readonly faults: {
    readonly lost: readonly string[];
    readonly duplicated: readonly string[];
    readonly refused: readonly string[];
    readonly unfinished: readonly string[];
    readonly orphans: readonly string[];
    readonly temporaryFiles: readonly string[];
    readonly crashes: readonly string[];
  };
}

/** Resampling and the frames of a cut may add or take so much. */
const LENGTH_TOLERANCE_MS = 60;
const SPEECH = /ffmpeg|ffprobe|pocketsphinx|vad-process/;
const ENDINGS = new Set(['succeeded', 'failed', 'cancelled']);

/** Looks at the tables, the disk and the processes once nothing waits or runs any more. */
export async function audit(world: World, sent: Sent): Promise<Audit> {
  const { database, tally } = world;
  const [jobs, transcripts, lectures] = [await database.jobs(), await database.transcripts(), await database.lectures()];
  const left = await leftovers(world.folder, await database.blobKeys());
  const outcomes = sent.accepted.map((one) => outcomeOf(one, jobs, transcripts));
  const known = new Set(sent.accepted.map(({ lectureId }) => lectureId));
  const twice = [...lectures].flatMap(([id, sources]) => [
    ...(known.has(id) ? [] : [`lecture ${id} was made, and no client was told`]),
    ...(sources === 1 ? [] : [`lecture ${id} has ${sources} recordings`]),
  ]);
  const dead = jobs.filter(({ deadLetteredAt }) => deadLetteredAt !== null);
  const running = (job: JobRow): number => job.transitions.filter(({ status }) => status === 'running').length;
  return {
    accepted: sent.accepted.length,
    transcribed: outcomes.filter(({ kind }) => kind === 'transcribed').length,
    deadLetters: dead.length,
    causes: dead.map(({ id, kind, attempts, cause }) => `${kind} ${id} after ${attempts} tries: ${cause?.split('\n')[0] ?? ''}`),
    retries: jobs.reduce((sum, job) => sum + Math.max(0, running(job) - 1), 0),
    clientRetries: sent.retries,
    recoveriesMs: recoveries(world, jobs),
    unanswered: left.unanswered,
    faults: {
      lost: outcomes.flatMap((outcome) => (outcome.kind === 'lost' ? [outcome.why] : [])),
      duplicated: [
        ...outcomes.flatMap((outcome) => (outcome.kind === 'duplicated' ? [outcome.why] : [])),
        ...jobs.flatMap(endedTwice),
        ...finishedTwice(world),
        ...twice,
      ],
      refused: sent.refused,
      unfinished: jobs.filter(({ status }) => !ENDINGS.has(status)).map(({ id, kind, status }) => `${kind} ${id} is ${status}`),
      orphans: await orphans(world),
      temporaryFiles: left.temporaryFiles,
      crashes: tally.crashes,
    },
  };
}

type Outcome = { kind: 'transcribed' | 'dead' } | { kind: 'lost' | 'duplicated'; why: string };

/** One whole transcript, or one dead letter that says why; nothing else will do. */
function outcomeOf(
  { recording, lectureId, jobId }: Accepted,
  jobs: readonly JobRow[],
  transcripts: readonly TranscriptRow[],
): Outcome {
  const texts = transcripts.filter((transcript) => transcript.lectureId === lectureId);
  const job = jobs.find(({ id }) => id === jobId);
  const dead = jobs.filter((one) => one.lectureId === lectureId && one.kind === 'transcribe' && one.deadLetteredAt !== null);
  const name = `${recording.name} (${jobId})`;
  if (texts.length + dead.length > 1) {
    return { kind: 'duplicated', why: `${name} has ${texts.length} transcripts and ${dead.length} dead letters` };
  }
  if (!job) return { kind: 'lost', why: `${name}: its job is not in the table` };
  const [text] = texts;
  if (text) {
    const isWhole = Math.abs(text.durationMs - recording.lengthMs) <= LENGTH_TOLERANCE_MS && text.words > 0;
    if (job.status === 'succeeded' && isWhole) return { kind: 'transcribed' };
    const found = `${text.words} words of ${text.durationMs} ms`;
    return { kind: 'lost', why: `${name} of ${recording.lengthMs} ms is ${job.status} with ${found}` };
  }
  if (dead[0]?.cause) return { kind: 'dead' };
  return { kind: 'lost', why: `${name} is ${job.status} without a transcript${dead.length > 0 ? ' and without a cause' : ''}` };
}

function endedTwice({ id, kind, transitions, endings }: JobRow): string[] {
  const ends = transitions.filter(({ status }) => ENDINGS.has(status)).length;
  if (ends <= 1 && endings <= 1) return [];
  return [`${kind} ${id} ended ${ends} times in its history, ${endings} times in its events`];
}

/** By the logs: two processes that both believe that they ended one job well. */
function finishedTwice({ tally }: World): string[] {
  const counts = new Map<string, number>();
  for (const line of tally.logs.flatMap((lines) => lines().split('\n'))) {
    if (!line.includes('"job.finished"') || !line.includes('"succeeded"')) continue;
    const { jobId } = JSON.parse(line) as { jobId: string }; // written by our own log
    counts.set(jobId, (counts.get(jobId) ?? 0) + 1);
  }
  return [...counts].flatMap(([jobId, count]) => (count > 1 ? [`${jobId} was finished by ${count} runs`] : []));
}

function recoveries({ tally }: World, jobs: readonly JobRow[]): number[] {
  const found: number[] = [];
  for (const { jobId, killedAt } of tally.interrupted) {
    const claim = jobs
      .find(({ id }) => id === jobId)
      ?.transitions.find(({ status, at }) => status === 'running' && at > killedAt);
    if (claim) found.push(claim.at - killedAt);
  }
  return found.sort((a, b) => a - b);
}

/** Children of killed processes that live on, and children at work though there is no work. */
async function orphans({ tally, api, workers }: World): Promise<string[]> {
  const known = new Set(tally.children.map(({ id }) => id));
  const forgotten = (await listProcesses()).filter(({ id }) => known.has(id));
  const idle = await Promise.all([api, ...workers].map(async (one) => descendantsOf((await one.running()).pid)));
  const atWork = idle.flat().filter(({ command }) => SPEECH.test(command));
  return [...new Set([...forgotten, ...atWork].map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`))];
}
