import type { Client } from '@scholium/client';
import { CliError, tell } from '../cli-error.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followJob, type PartialSegment } from '../follow-job.ts';
import { draftNotice } from '../show/draft-quality.ts';
import { placeMark } from '../terminal/clock-time.ts';
import { requireFile } from '../require-file.ts';
import { startProgress } from '../terminal/progress.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { uploadRecording } from '../upload-recording.ts';

export interface IngestInput {
  readonly files: readonly string[];
  readonly course?: string;
  readonly title?: string;
  readonly preset?: string;
  readonly lectureId?: string;
}

/** What became of one file. */
type IngestResult =
  | { readonly file: string; readonly lectureId: string; readonly sourceId: string }
  | { readonly file: string; readonly error: { code: string; detail: string } };

/** `scholium ingest`: each file becomes a lecture with transcript and notes. One that fails does not stop the others. */
export async function ingest(context: CommandContext, input: IngestInput): Promise<number> {
  if (input.files.length > 1 && (input.lectureId !== undefined || input.title !== undefined)) {
    throw new CliError(
      'usage',
      'invalid_request',
      '--lecture-id and --title are for one file. Give one file, or leave them out.',
    );
  }
  const client = await context.connect();
  const results: IngestResult[] = [];
  let exitCode: number = exitCodes.ok.code;
  for (const file of input.files) {
    try {
      const lecture = await ingestFile(context, client, { ...input, file });
      results.push({ file, ...lecture });
      if (!context.json) context.terminal.print(lecture.lectureId);
    } catch (error) {
      if (context.signal.aborted || input.files.length === 1) throw error;
      const told = tell(error);
      if (told.exitCode === exitCodes.unreachable.code) throw error;
      exitCode = exitCodes.failed.code;
      results.push({ file, error: { code: told.code, detail: told.detail } });
      context.terminal.note(`scholium: ${file}: ${told.detail}`);
    }
  }
  printResult(context, { lectures: results }, () => {});
  return exitCode;
}

async function ingestFile(
  context: CommandContext,
  client: Client,
  input: IngestInput & { file: string },
): Promise<{ lectureId: string; sourceId: string }> {
  const { signal, terminal } = context;
  await requireFile(input.file);
  terminal.note(input.file);
  const { lectureId, sourceId } = await uploadRecording(context, client, input);
  terminal.note(`  Lecture ${lectureId}`);
  await run(context, client, {
    label: 'Transcribing',
    start: () => client.call('transcribe', { params: { lectureId }, query: { source: sourceId }, signal }),
    onText: (print) => (segment) =>
      wrapText(segment.text, { columns: terminal.columns, first: `  ${placeMark({ ...segment, page: null })}  ` }).forEach(print),
  });
  const transcript = await client.call('getTranscript', { params: { lectureId }, query: { source: sourceId }, signal });
  const notice = draftNotice(transcript);
  if (notice !== null) for (const line of wrapText(notice, { columns: terminal.columns, first: '  ' })) terminal.note(line);
  if (transcript.segments.length === 0) {
    terminal.note('  No speech was found, so there is nothing to make notes of.');
  } else {
    await run(context, client, {
      label: 'Writing notes',
      start: () => client.call('generate', { params: { lectureId }, body: { preset_id: input.preset }, signal }),
    });
  }
  return { lectureId, sourceId };
}

interface Work {
  readonly label: string;
  readonly start: () => Promise<{ jobId: string }>;
  readonly onText?: (print: (line: string) => void) => (segment: PartialSegment) => void;
}

async function run(context: CommandContext, client: Client, work: Work): Promise<void> {
  const { signal, terminal } = context;
  const progress = await startProgress(terminal, work.label);
  let jobId: string | null = null;
  try {
    ({ jobId } = await work.start());
    const onText = work.onText?.((line) => progress.line(line));
    await followJob(onText ? { client, jobId, progress, signal, onText } : { client, jobId, progress, signal });
  } catch (error) {
    progress.stop();
    if (signal.aborted && jobId !== null)
      terminal.note(`  The job goes on without you. Stop it with: scholium jobs cancel ${jobId}`);
    throw error;
  }
  progress.stop(`${work.label}: done`);
}
