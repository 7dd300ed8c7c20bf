import type { Client } from '@scholium/client';
import { tell } from '../cli-error.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { requireFile } from '../require-file.ts';
import { startProgress } from '../terminal/progress.ts';

export interface AddInput {
  readonly lectureId: string;
  /** Files, and addresses of web pages. */
  readonly sources: readonly string[];
  /** The title of the lecture that is made when there is none. */
  readonly create?: string;
}

/** What became of one source. */
type AddResult =
  | { readonly source: string; readonly sourceId: string }
  | { readonly source: string; readonly error: { code: string; detail: string } };

/** `scholium add`: each source is added to the lecture and read. One that fails does not stop the others. */
export async function add(context: CommandContext, input: AddInput): Promise<number> {
  const { lectureId, sources } = input;
  const client = await context.connect();
  if (input.create !== undefined) await createLecture(client, context, { id: lectureId, title: input.create });
  const results: AddResult[] = [];
  let exitCode: number = exitCodes.ok.code;
  for (const source of sources) {
    try {
      const sourceId = await addOne(context, client, { lectureId, source });
      results.push({ source, sourceId });
      if (!context.json) context.terminal.print(sourceId);
    } catch (error) {
      if (context.signal.aborted || sources.length === 1) throw error;
      const told = tell(error);
      if (told.exitCode === exitCodes.unreachable.code) throw error;
      exitCode = exitCodes.failed.code;
      results.push({ source, error: { code: told.code, detail: told.detail } });
      context.terminal.note(`scholium: ${source}: ${told.detail}`);
    }
  }
  printResult(context, { lectureId, sources: results }, () => {});
  return exitCode;
}

async function createLecture(client: Client, { signal }: CommandContext, lecture: { id: string; title: string }): Promise<void> {
  try {
    await client.call('createLecture', { body: lecture, signal });
  } catch (error) {
    if (tell(error).code !== 'lecture_conflict') throw error; // it is there already
  }
}

async function addOne(
  context: CommandContext,
  client: Client,
  { lectureId, source }: { lectureId: string; source: string },
): Promise<string> {
  const { signal, terminal } = context;
  const params = { lectureId };
  terminal.note(source);
  const { sourceId, jobId } = /^https?:\/\//i.test(source)
    ? await client.call('addSource', { params, body: { url: source }, signal })
    : await client.call('addSource', { params, ...(await fileOf(source)), signal });
  if (jobId === null) return sourceId;
  const progress = await startProgress(terminal, 'Reading');
  try {
    await followJob({ client, jobId, progress, signal });
  } catch (error) {
    progress.stop();
    throw error;
  }
  progress.stop('Reading: done');
  return sourceId;
}

async function fileOf(path: string): Promise<{ file: Blob; fileName: string }> {
  await requireFile(path);
  const { openUpload } = await import('@scholium/client/node');
  return openUpload(path);
}
