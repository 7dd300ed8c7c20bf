import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@scholium/client';
import { ProblemError } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import type { Recording } from './make-recordings.ts';
import { between } from './seeded-random.ts';
import type { World } from './world.ts';

/** A recording whose transcription the API has promised. */
export interface Accepted {
  readonly recording: Recording;
  readonly lectureId: string;
  readonly jobId: string;
}

export interface Sent {
  readonly accepted: readonly Accepted[];
  /** What the API refused for good, with its reason: there is none when all is well. */
  readonly refused: readonly string[];
  /** Requests that had to be made again. */
  readonly retries: number;
}

/** How many clients there are. */
const SENDERS = 3;
const RETRY_MS = { least: 100, most: 600 };
/** After so long a person would give up. */
const GIVE_UP_MS = 120_000;

/**
 * Sends recordings as a careful client does: each request has an `Idempotency-Key` that its repetitions keep, and is made
 * again until it is answered. Every second recording names its lecture, the others leave that to the server.
 *
 * @param paceMs how much time lies between the first tries of two recordings
 */
export async function sendRecordings(world: World, recordings: readonly Recording[], paceMs: number): Promise<Sent> {
  const accepted: Accepted[] = [];
  const refused: string[] = [];
  let retries = 0;
  const startedAt = Date.now();
  const waiting = recordings.map((recording, index) => ({ recording, index }));

  async function insist<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    const deadline = Date.now() + GIVE_UP_MS;
    for (;;) {
      try {
        return await ask(world.client());
      } catch (error) {
        if (!mayPass(error) || Date.now() > deadline) throw error;
        retries += 1;
        await delay(between(Math.random, RETRY_MS.least, RETRY_MS.most)); // not of the seed: how many there are is chance
      }
    }
  }

  async function send(recording: Recording, index: number): Promise<void> {
    const fields = index % 2 === 0 ? { lecture_id: recording.name } : { title: recording.name };
    const [uploadKey, startKey] = [randomUUID(), randomUUID()];
    const upload = await openUpload(recording.path);
    const { lectureId } = await insist(async (client) => {
      const request = {};
      world.uploads.add(request);
      try {
        return await client.call('ingestLecture', { ...upload, fields, idempotencyKey: uploadKey });
      } finally {
        world.uploads.delete(request);
      }
    });
    const { jobId } = await insist((client) => client.call('transcribe', { params: { lectureId }, idempotencyKey: startKey }));
    accepted.push({ recording, lectureId, jobId });
  }

  async function sender(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await delay(Math.max(0, startedAt + next.index * paceMs - Date.now()));
      try {
        await send(next.recording, next.index);
      } catch (error) {
        refused.push(`${next.recording.name}: ${String(error)}`);
      }
    }
  }

  await Promise.all(Array.from({ length: SENDERS }, sender));
  return { accepted, refused, retries };
}

/** Nobody answered, or the answer says that it may be another one later. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return error instanceof Error && error.message.startsWith('The API is');
  return error.status === 0 || error.status >= 500 || error.code === 'idempotency_in_progress';
}
