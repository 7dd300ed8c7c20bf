import { createHash } from 'node:crypto';
import { ProblemError, type Client } from '@scholium/client';
import { openUpload } from '@scholium/client/node';
import { exportTypes, type AnswerReply, type ArtifactKind } from '@scholium/contract';
import { nearPath } from '../near-path.ts';
import type { CommandContext } from '../command-context.ts';
import { saveExports, type ExportedFile } from '../commands/export.ts';
import { followJob } from '../follow-job.ts';
import { showAnswer } from '../show/show-answer.ts';
import { showArtifacts } from '../show/show-artifacts.ts';
import { showHeading, showTranscript } from '../show/show-transcript.ts';
import { duration } from '../terminal/clock-time.ts';
import { startProgress } from '../terminal/progress.ts';
import { makeFolder } from '../write-file.ts';

/** Always the same, so that a second run finds the work done. */
const LECTURE = { lecture_id: 'how-memory-works', course_id: 'demo', preset_id: 'exam', title: 'How memory works' };
const QUESTION = 'What is the testing effect?';
/** Which notes are shown, in which order, and how many entries of each: a taste, the exports hold them all. */
const SHOWN: readonly (readonly [ArtifactKind, number])[] = [
  ['summary', 5],
  ['chapters', 8],
  ['key_terms', 5],
  ['flashcards', 3],
  ['practice_questions', 3],
];

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
  const { lectureId, sourceId } = await bringIn(client, input.file, signal);
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
  for (const [kind, most] of SHOWN)
    showArtifacts(
      terminal,
      artifacts.filter((artifact) => artifact.kind === kind),
      { most },
    );

  const answer = await client.call('ask', { params, body: { question: QUESTION }, signal });
  showHeading(terminal, 'Question');
  terminal.print(`  ${terminal.style('bold', QUESTION)}`);
  terminal.print();
  showAnswer(terminal, answer);

  await makeFolder(input.exportDir);
  const files = await saveExports(context, client, { lectureId, types: exportTypes, output: input.exportDir, force: true });
  showHeading(terminal, 'Files');
  for (const { path } of files) terminal.print(`  ${nearPath(path)}`);

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

/** Another version of Scholium may have left another sample under the id, or it lies in the trash: then it gets an id of its own. */
async function bringIn(client: Client, file: string, signal: AbortSignal): Promise<{ lectureId: string; sourceId: string }> {
  const upload = await openUpload(file);
  try {
    return await client.call('ingestLecture', { ...upload, fields: LECTURE, signal });
  } catch (error) {
    if (!(error instanceof ProblemError && error.code === 'lecture_conflict')) throw error;
    const digest = createHash('sha256')
      .update(await upload.file.bytes())
      .digest('hex')
      .slice(0, 8);
    return client.call('ingestLecture', {
      ...upload,
      fields: { ...LECTURE, lecture_id: `${LECTURE.lecture_id}-${digest}` },
      signal,
    });
  }
}

async function show(context: CommandContext, client: Client, label: string, jobId: string): Promise<void> {
  const startedAt = performance.now();
  const progress = await startProgress(context.terminal, label.padEnd(13));
  try {
    await followJob({ client, jobId, progress, signal: context.signal, onText: ({ text }) => progress.glimpse(text) });
    progress.stop(`${label.padEnd(13)}  done in ${duration(performance.now() - startedAt)}`);
  } finally {
    progress.stop();
  }
}

/** Jobs that followed by themselves: the text is made searchable by meaning. */
async function followUps(client: Client, parentJobId: string, signal: AbortSignal): Promise<string[]> {
  const { jobs } = await client.call('listJobs', { query: { parentJobId }, signal });
  return jobs.map(({ jobId }) => jobId);
}
