import type { ModelCheckReply, ModelReply } from '@scholium/contract';
import { CliError, tell } from '../cli-error.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { DEFAULT_SERVER_URL } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { openLocalModels, type ModelsHere } from '../models/local-models.ts';
import { remoteModels } from '../models/remote-models.ts';
import { startProgress } from '../terminal/progress.ts';
import { clip, safeText } from '../terminal/wrap-text.ts';

/** `scholium models list`: what there is, what is here, and how large it is. */
export async function listModels(context: CommandContext): Promise<void> {
  const { models, where } = await reach(context);
  printResult(context, { models }, () => {
    const { terminal } = context;
    terminal.print(terminal.style('dim', `  Models of ${where}.`));
    for (const purpose of ['recordings', 'live', 'speaker-segments', 'voice-prints'] as const) {
      terminal.print(`  ${HEADINGS[purpose]}`);
      for (const model of models.filter((one) => one.purpose === purpose)) terminal.print(lineOf(model));
    }
  });
}

/** `scholium models pull`: one after the other, each with its progress. */
export async function pullModels(context: CommandContext, names: readonly string[]): Promise<void> {
  const here = await reach(context);
  const wanted = names.map((name) => find(here.models, name));
  for (const model of wanted) {
    const progress = await startProgress(context.terminal, model.title);
    try {
      await here.pull(model, (fraction, message) => progress.update(fraction, message), context.signal);
    } catch (error) {
      progress.stop();
      throw error;
    }
    progress.stop(`${model.title}: here`);
  }
  printResult(context, { pulled: wanted.map(({ modelId }) => modelId) }, () => {
    for (const { modelId } of wanted) context.terminal.print(modelId);
  });
}

/** `scholium models verify`: those that are named, else all that are here. Ends with 1 when one is not whole. */
export async function verifyModels(context: CommandContext, names: readonly string[]): Promise<number> {
  const here = await reach(context);
  const wanted = names.length > 0 ? names.map((name) => find(here.models, name)) : here.models.filter((one) => one.bytes > 0);
  const checks: ModelCheckReply[] = [];
  for (const model of wanted) checks.push(await here.verify(model, context.signal));
  printResult(context, { models: checks }, () => {
    if (checks.length === 0) context.terminal.print('  No model is here. Fetch one: scholium models pull base');
    for (const check of checks) showCheck(context, check);
  });
  return checks.every(({ whole }) => whole) ? exitCodes.ok.code : exitCodes.failed.code;
}

/** `scholium models remove` */
export async function removeModels(context: CommandContext, names: readonly string[]): Promise<void> {
  const here = await reach(context);
  const removed: string[] = [];
  for (const model of names.map((name) => find(here.models, name)))
    if (await here.remove(model, context.signal)) removed.push(model.modelId);
  printResult(context, { removed }, () => {
    const { terminal } = context;
    if (removed.length === 0) terminal.print('  There was nothing to remove.');
    for (const modelId of removed) terminal.print(modelId);
  });
}

const HEADINGS = {
  recordings: 'For recordings',
  live: 'For live sound',
  'speaker-segments': 'For telling speakers apart: who speaks when',
  'voice-prints': 'For telling speakers apart: whose voice it is',
} as const;

/** The models of the server; of this machine when no server runs here. */
async function reach(context: CommandContext): Promise<ModelsHere> {
  try {
    return await remoteModels(await context.connect(), context.serverUrl, context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    const isUnreachable = tell(error).exitCode === exitCodes.unreachable.code;
    if (!isUnreachable || context.serverUrl !== DEFAULT_SERVER_URL) throw error;
    return openLocalModels();
  }
}

/** By id, or by another name for the first engine that has it. @throws CliError `model_not_found` */
function find(models: readonly ModelReply[], name: string): ModelReply {
  const wanted = name.trim().toLowerCase();
  const found = models.find(({ modelId }) => modelId === wanted) ?? models.find(({ names }) => names.includes(wanted));
  if (found) return found;
  throw new CliError(
    'failed',
    'model_not_found',
    `There is no speech model "${clip(name, 40)}". See all with: scholium models list`,
  );
}

function lineOf({ modelId, engine, state, sizeBytes, bytes, languages, quality, speed, licence }: ModelReply): string {
  const size = sizeBytes === null ? 'size unknown' : `${Math.ceil(sizeBytes / 1e6)} MB`;
  const there = state === 'ready' ? 'here' : state === 'partial' ? `${Math.floor(bytes / 1e6)} MB here` : '';
  const tongues =
    languages === 'any' ? 'all languages' : languages.length > 5 ? `${languages.length} languages` : languages.join(' ');
  const cells = [modelId.padEnd(34), engine.padEnd(12), size.padStart(8), tongues.padEnd(16), speed.padEnd(7), quality.padEnd(6)];
  return `    ${cells.join(' ')} ${licence.padEnd(20)} ${there}`.trimEnd();
}

function showCheck({ terminal }: CommandContext, { modelId, whole, files }: ModelCheckReply): void {
  terminal.print(
    `  ${safeText(modelId)}: ${whole ? 'whole' : `not whole. Fetch what is missing: scholium models pull ${modelId}`}`,
  );
  for (const { name, state } of files)
    if (state !== 'ok') terminal.print(`    ${safeText(name)}: ${state === 'learned' ? 'as it was when it was fetched' : state}`);
}
