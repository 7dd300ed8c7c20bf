import { waitUntil } from '../support/wait-until.ts';
import { audit, type Audit } from './audit.ts';
import { makeRecordings } from './make-recordings.ts';
import { sendRecordings } from './send-recordings.ts';
import { strikeFaults, type Pace } from './strike-faults.ts';
import type { Tally } from './tally.ts';
import { startWorld } from './world.ts';

export interface FaultRun {
  readonly seed: number;
  readonly recordings: number;
  /** Over how much time recordings are sent. */
  readonly minutes: number;
  /** Whether faults strike until the last recording is accepted, or each of them once. */
  readonly untilSent: boolean;
  readonly pace: Pace;
}

export interface FaultReport extends Audit {
  readonly seed: number;
  readonly seconds: number;
  readonly tally: Tally;
}

/** After the last fault everything that was accepted has to end in this time: four tries and their waits. */
const SETTLE_MS = 240_000;

/** Sends recordings to an installation while faults strike it, waits until all is quiet, and counts. Leaves nothing behind. */
export async function runFaults(run: FaultRun, signal?: AbortSignal): Promise<FaultReport> {
  const startedAt = Date.now();
  const world = await startWorld(run.seed);
  try {
    const recordings = await makeRecordings(world.folder, run.recordings, world.random);
    let isSent = false;
    const sending = sendRecordings(world, recordings, (run.minutes * 60_000) / run.recordings).finally(() => (isSent = true));
    const [sent] = await Promise.all([
      sending,
      strikeFaults(world, run.pace, () => isSent || !run.untilSent || signal?.aborted === true),
    ]);
    await waitUntil('all jobs have ended', async () => (await world.database.unfinished()) === 0, SETTLE_MS).catch(() => {}); // counted
    const found = await audit(world, sent);
    return { ...found, seed: run.seed, seconds: Math.round((Date.now() - startedAt) / 1000), tally: world.tally };
  } finally {
    await world.close();
  }
}
