import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openUpload } from '@scholium/client/node';
import { loadConfig } from '@scholium/server/config.ts';
import { startPostgres, type PostgresServer } from '@scholium/server/testkit/postgres-server.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { median } from '../process-figures.ts';
import { repeatSample } from '../repeat-sample.ts';
import { inFolder, startScholium, type ScholiumProcess } from '../scholium-process.ts';

/** Length of the recording, and how often both kinds of run take their turn. */
const FULL = { minutes: 30, rounds: 2 };
const SHORT = { minutes: 6, rounds: 1 };
const GOAL = 0.65;

/**
 * A recording by two workers, each on a core of its own, against one worker on one core. PocketSphinx, one engine process each.
 * API and database may use both cores in either case. The two take turns at being first, so that a slow minute
 * of the machine meets both; every run begins with an empty database, since finished chunks are never done twice.
 */
export async function run({ short }: BenchOptions): Promise<BenchTable> {
  const { minutes, rounds } = short ? SHORT : FULL;
  const postgres = await startPostgres();
  try {
    return await inFolder(async (folder) => {
      const recording = join(folder, 'recording.opus');
      await repeatSample(loadConfig(), minutes * 60, recording);
      const [one, two]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const turns = [
          async () => one.push(await transcribeWith([0], postgres, folder, recording)),
          async () => two.push(await transcribeWith([0, 1], postgres, folder, recording)),
        ];
        for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      }
      return tableOf(minutes, one, two);
    });
  } finally {
    await postgres.close();
  }
}

/** Seconds from the request to the finished transcript, with one worker on each of these cores. */
async function transcribeWith(
  cores: readonly number[],
  postgres: PostgresServer,
  folder: string,
  recording: string,
): Promise<number> {
  const environment = {
    DATABASE_URL: await postgres.freshDatabase(),
    SPEECH_PROCESSES: '1',
    SPEECH_JOBS: '1',
    TRANSCRIBE_HELPERS: String(cores.length - 1),
  };
  const started: ScholiumProcess[] = [];
  try {
    const api = await startScholium(['serve', '--role', 'api', '--port', '0'], { folder, environment });
    started.push(api);
    for (const core of cores) started.push(await startScholium(['worker'], { folder, environment, core }));
    const { lectureId } = await api.client.call('ingestLecture', await openUpload(recording));
    const { jobId } = await api.client.call('transcribe', { params: { lectureId } });
    for (;;) {
      const job = await api.client.call('getJob', { params: { jobId } });
      if (job.status === 'failed' || job.status === 'cancelled')
        throw new Error(`The job ended as ${job.status}: ${job.message}`);
      if (job.finishedAt !== null) return (Date.parse(job.finishedAt) - Date.parse(job.createdAt)) / 1000;
      await sleep(250);
    }
  } finally {
    for (const each of started.reverse()) await each.end('SIGTERM');
  }
}

function tableOf(minutes: number, one: readonly number[], two: readonly number[]): BenchTable {
  const ratio = median(two.map((seconds, round) => seconds / (one[round] ?? Number.NaN)));
  return {
    name: `A recording of ${minutes} minutes on two workers, beside one`,
    rows: [
      { what: 'one worker on one core', value: median(one), unit: 's' },
      { what: 'two workers on two cores', value: median(two), unit: 's' },
      { what: 'two / one', value: ratio, unit: '', goal: `<= ${GOAL}`, ok: ratio <= GOAL },
      { what: 'runs of each', value: one.length, unit: '' },
    ],
  };
}
