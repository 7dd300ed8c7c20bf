import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissingProgram, keepTail, spawnLimited } from '../child-process/spawn-limited.ts';
import { wavOf } from '../speech-engine/wav-of.ts';
import type { VerboseAnswer } from '../speech-engine/verbose-answer.ts';
import { readCliAnswer } from './cli-answer.ts';
import { notLoaded, stopped } from './whisper-failures.ts';
import { wishArguments, WHISPER_LIMITS, type WhisperModelFile, type WhisperWish } from './whisper-wish.ts';

/** The largest models need an hour for minutes of sound on a slow processor. This is a hang. */
const TIMEOUT_MS = 2 * 3_600_000;
const NOT_LOADED = /failed to (?:initialize whisper context|load model)|invalid model/i;

/**
 * One run of `whisper-cli`, which loads its model each time. Ends with us, however we end.
 *
 * @throws AppError `model_unavailable`, `engine_failed`; the signal's reason
 */
export async function runWhisperCli(
  program: string,
  run: { readonly model: WhisperModelFile; readonly wish: WhisperWish; readonly samples: Int16Array; readonly folder: string },
  signal: AbortSignal,
): Promise<VerboseAnswer> {
  const { model, wish, samples } = run;
  signal.throwIfAborted();
  const folder = await mkdtemp(join(run.folder, 'run-'));
  try {
    await writeFile(join(folder, 'sound.wav'), wavOf(samples));
    signal.throwIfAborted();
    const args = ['-m', model.path, '-f', 'sound.wav', '-ojf', '-of', 'heard', '-np', ...wishArguments(wish)];
    const process = spawnLimited(program, args, { cwd: folder, limits: WHISPER_LIMITS, signal, pipeInput: true });
    process.child.stdout.resume();
    const messages = keepTail(process.child.stderr, 4096);
    const timeout = setTimeout(process.kill, TIMEOUT_MS);
    const end = await process.ended.finally(() => clearTimeout(timeout));
    signal.throwIfAborted();
    if (end.exitCode !== 0 || isMissingProgram(end))
      throw NOT_LOADED.test(messages()) ? notLoaded(model.id, messages()) : stopped(messages());
    return await readFile(join(folder, 'heard.json'))
      .then(readCliAnswer)
      .catch(() => {
        throw stopped(messages());
      });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
