import type { Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import { exportTypes, type AnswerReply } from '@scholium/contract';
import { relative } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { saveExports, type ExportedFile } from '../commands/export.ts';
import { followJob } from '../follow-job.ts';
import { showAnswer } from '../show/show-answer.ts';
import { showArtifacts } from '../show/show-artifacts.ts';
import { showHeading, showTranscript } from '../show/show-transcript.ts';
import { startProgress } from '../terminal/progress.ts';
import { makeFolder } from '../write-file.ts';

/** Always the same, so that a second run finds the work done. */
const LECTURE = { lecture_id: 'how-memory-works', course_id: 'demo', preset_id: 'exam', title: 'How memory works' };
const QUESTION = 'What is the testing effect?';
/** How many entries of each kind of notes are shown. */
const SHOWN_ENTRIES = 5;

export interface TourResult {
  readonly lectureId: string;
  readonly transcript: { readonly version: number; readonly durationMs: number; readonly segments: number };
  readonly artifacts: readonly string[];
  readonly question: string;
  readonly answer: AnswerReply;
  readonly files: readonly ExportedFile[];
}

/** Takes the sample through upload, transcript, notes, a question and exports, by the API as any client does. */
export async function runTour(
  context: CommandContext,
  client: Client,
  input: { file: string; exportDir: string },
): Promise<TourResult> {
  const { signal, terminal } = context;
  const { lectureId, sourceId } = await client.call('ingestLecture', {
    ...(await openUpload(input.file)),
    fields: LECTURE,
    signal,
  });
  const params = { lectureId };

  const transcribing = await client.call('transcribe', { params, query: { source: sourceId }, signal });
  await show(context, client, 'Transcribing', transcribing.jobId);
  for (const job of await followUps(client, transcribing.jobId, signal)) await show(context, client, 'Indexing', job);
  const generating = await client.call('generate', { params, body: { preset_id: LECTURE.preset_id }, signal });
  await show(context, client, 'Writing notes', generating.jobId);

  const transcript = await client.call('getTranscript', { params, query: { source: sourceId }, signal });
  showHeading(terminal, 'Transcript');
  showTranscript(terminal, transcript);

  const { artifacts } = await client.call('listArtifacts', { params, signal });
  showHeading(terminal, 'Notes');
  showArtifacts(terminal, artifacts, { most: SHOWN_ENTRIES });

  const answer = await client.call('ask', { params, body: { question: QUESTION }, signal });
  showHeading(terminal, 'Question');
  terminal.print(`  ${terminal.style('bold', QUESTION)}`);
  terminal.print();
  showAnswer(terminal, answer);

  await makeFolder(input.exportDir);
  const files = await saveExports(context, client, { lectureId, types: exportTypes, output: input.exportDir, force: true });
  showHeading(terminal, 'Files');
  for (const { path } of files) terminal.print(`  ${relative(process.cwd(), path)}`);

  const { version, durationMs, segments } = transcript;
  return {
    lectureId,
    transcript: { version, durationMs, segments: segments.length },
    artifacts: artifacts.map(({ kind }) => kind),
    question: QUESTION,
    answer,
    files,
  };
}

async function show(context: CommandContext, client: Client, label: string, jobId: string): Promise<void> {
  const progress = await startProgress(context.terminal, label.padEnd(13));
  try {
    await followJob({ client, jobId, progress, signal: context.signal, onText: ({ text }) => progress.glimpse(text) });
    progress.stop(`${label.padEnd(13)}  done`);
  } finally {
    progress.stop();
  }
}

/** Jobs that followed by themselves: the text is made searchable by meaning. */
async function followUps(client: Client, parentJobId: string, signal: AbortSignal): Promise<string[]> {
  const { jobs } = await client.call('listJobs', { query: { parentJobId }, signal });
  return jobs.map(({ jobId }) => jobId);
}
