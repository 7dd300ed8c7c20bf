import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '../../core/domain/app-error.ts';
import { keepTail, spawnLimited } from '../child-process/spawn-limited.ts';

/** A word in frames of 10 ms from the start of the utterance, both ends included. */
export interface HeardWord {
  readonly text: string;
  readonly startFrame: number;
  readonly endFrame: number;
  readonly confidence: number;
}

export interface PocketsphinxProcess {
  /** Words of one utterance (16 kHz mono). One call at a time. @throws AppError `engine_failed` */
  hear(samples: Int16Array): Promise<readonly HeardWord[]>;
  close(): Promise<void>;
}

/** The model needs 110 MB. */
const MEMORY_BYTES = 2 * 1024 ** 3;
/** Utterances last 20 s at most and are decoded faster than they last; this is a hang. */
const HEAR_TIMEOUT_MS = 180_000;

/**
 * One `pocketsphinx_batch` that stays: its control file is a pipe, so that the model is loaded once and each
 * utterance is decoded as soon as its line is written. Words with times come from `-backtrace` in the log.
 */
export function startPocketsphinxProcess(options: {
  program: string;
  args: readonly string[];
  folder: string;
  signal: AbortSignal;
}): PocketsphinxProcess {
  const { program, folder } = options;
  const args = [
    ...options.args,
    '-adcin',
    'yes',
    '-cepdir',
    folder,
    '-cepext',
    '.raw',
    '-ctl',
    '/dev/stdin',
    '-hyp',
    '/dev/null',
    '-backtrace',
    'yes',
  ];
  const run = spawnLimited(program, args, {
    cwd: folder,
    limits: { memoryBytes: MEMORY_BYTES, cpuSeconds: null },
    signal: options.signal,
    pipeInput: true,
  });
  run.child.stdout.resume();
  const messages = keepTail(run.child.stderr, 4096);
  const parse = createLogParser();
  let waiting: PromiseWithResolvers<readonly HeardWord[]> | null = null;
  let ended = false;
  createInterface({ input: run.child.stderr }).on('line', (line) => {
    const words = parse(line);
    if (!words) return;
    waiting?.resolve(words);
    waiting = null;
  });
  void run.ended.finally(() => {
    ended = true;
    waiting?.reject(options.signal.aborted ? (options.signal.reason as unknown) : failed(messages()));
    waiting = null;
  });

  const throwIfEnded = (): void => {
    if (ended) throw options.signal.aborted ? options.signal.reason : failed(messages());
  };

  let count = 0;
  return {
    async hear(samples) {
      throwIfEnded();
      const name = `u${count++}`;
      const file = join(folder, `${name}.raw`);
      await writeFile(file, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      throwIfEnded(); // nobody is left to tell an answer that is waited for from now on
      const answer = (waiting = Promise.withResolvers<readonly HeardWord[]>());
      const timeout = setTimeout(run.kill, HEAR_TIMEOUT_MS);
      run.child.stdin.write(`${name}\n`);
      return answer.promise.finally(() => {
        clearTimeout(timeout);
        return rm(file, { force: true });
      });
    },
    async close() {
      run.kill();
      await run.ended;
    },
  };
}

function failed(cause: string): AppError {
  return new AppError(
    'engine_failed',
    'PocketSphinx stopped while it was listening. What was transcribed so far is kept; try again.',
    { cause },
  );
}

const TABLE_HEAD = /^word\s+start\s+end\s+pprob/;
const TABLE_ROW = /^(\S+)\s+(\d+)\s+(\d+)\s+(\d+\.\d+)\s+-?\d+\s+-?\d+\s+\d+/;
const DONE = /^u\d+ done -+/;
/** `<s>`, `</s>`, `<sil>`, `[NOISE]`, `++BREATH++` are not words. */
const FILLER = /^(?:<.*>|\[.*\]|\+\+.*\+\+)$/;

/** Reads the log line by line; returns the words when a line ends an utterance, else null. */
export function createLogParser(): (line: string) => readonly HeardWord[] | null {
  let words: HeardWord[] = [];
  return (line) => {
    if (TABLE_HEAD.test(line)) words = []; // each later pass prints its own, better table
    const row = TABLE_ROW.exec(line);
    if (row?.[1] && !FILLER.test(row[1])) {
      words.push({
        text: row[1].replace(/\(\d+\)$/, ''), // `with(2)` is the second way to say it
        startFrame: Number(row[2]),
        endFrame: Number(row[3]),
        confidence: Math.min(1, Number(row[4])),
      });
    }
    if (!DONE.test(line)) return null;
    const heard = words;
    words = [];
    return heard;
  };
}
