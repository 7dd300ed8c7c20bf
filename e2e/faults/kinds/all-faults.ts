import type { Fault } from '../fault.ts';
import { fillDisk } from './fill-disk.ts';
import { flushRedis } from './flush-redis.ts';
import { killApi } from './kill-api.ts';
import { killWorker } from './kill-worker.ts';
import { pauseWorker } from './pause-worker.ts';
import { restartPostgres } from './restart-postgres.ts';
import { restartRedis } from './restart-redis.ts';

/** Beside the kills of workers, which go on all the time. */
export const otherFaults: readonly Fault[] = [restartRedis, flushRedis, restartPostgres, fillDisk, pauseWorker, killApi];

export const allFaults: readonly Fault[] = [killWorker, ...otherFaults];
