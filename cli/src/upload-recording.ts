import type { Client } from '@scholium/client';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandContext } from './command-context.ts';
import { followJob } from './follow-job.ts';
import { startProgress } from './terminal/progress.ts';
import { uploadMemory } from './upload-memory.ts';

export interface RecordingToUpload {
  readonly file: string;
  readonly course?: string;
  readonly lectureId?: string;
  readonly preset?: string;
  readonly title?: string;
}

export interface UploadedRecording {
  readonly lectureId: string;
  readonly sourceId: string;
}

/** Smaller files go in one request: they are sent again in no time. */
const IN_PIECES_FROM_BYTES = 50_000_000;

/**
 * Brings a recording to the server and returns what it became. Large ones go in pieces: when the command is stopped, the
 * same command goes on where it was.
 *
 * @throws ProblemError, CliError with the reason when it is no recording, or the signal's reason
 */
export async function uploadRecording(
  context: CommandContext,
  client: Client,
  input: RecordingToUpload,
): Promise<UploadedRecording> {
  const { size } = await stat(input.file);
  if (size >= IN_PIECES_FROM_BYTES) return uploadInPieces(context, client, input);
  context.terminal.note('  Uploading');
  const { openUpload } = await import('@scholium/client/node');
  const fields = { course_id: input.course, lecture_id: input.lectureId, preset_id: input.preset, title: input.title };
  return client.call('ingestLecture', { ...(await openUpload(input.file)), fields, signal: context.signal });
}

async function uploadInPieces(context: CommandContext, client: Client, input: RecordingToUpload): Promise<UploadedRecording> {
  const { signal, terminal } = context;
  const { openUpload } = await import('@scholium/client/node');
  const memory = uploadMemory(join(context.stateFolder, 'uploads'));
  const key = await keyOf(context.serverUrl, input);
  const fields = { courseId: input.course, lectureId: input.lectureId, presetId: input.preset, title: input.title };
  const progress = await startProgress(terminal, 'Uploading');
  try {
    const onProgress = (sent: number, size: number): void =>
      progress.update(sent / size, `Sent ${megabytes(sent)} of ${megabytes(size)} MB.`);
    const sent = await client.uploadFile({ ...(await openUpload(input.file)), fields, key, memory, onProgress, signal });
    await followJob({ client, jobId: sent.jobId, progress, signal }).catch(async (error: unknown) => {
      if (!signal.aborted) await memory.forget(key); // it is not tried again with these bytes
      throw error;
    });
    const { lectureId, sourceId } = await client.call('getUpload', { params: { uploadId: sent.uploadId }, signal });
    await memory.forget(key);
    if (lectureId === null || sourceId === null) throw new Error('A finished upload has a source.');
    progress.stop('Uploading: done');
    return { lectureId, sourceId };
  } catch (error) {
    progress.stop();
    if (signal.aborted)
      terminal.note('  Run the same command again to go on from here; the server keeps what it has for 24 hours.');
    throw error;
  }
}

/** Another server, a file that was changed, or other wishes for it are another upload. */
async function keyOf(serverUrl: string, { file, ...wishes }: RecordingToUpload): Promise<string> {
  const path = await realpath(file);
  const { size, mtimeMs } = await stat(path);
  const { course, lectureId, preset, title } = wishes;
  return JSON.stringify([serverUrl, path, size, mtimeMs, course, lectureId, preset, title]);
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_000_000);
}
