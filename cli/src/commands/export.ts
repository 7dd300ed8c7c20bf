import { join } from 'node:path';
import type { Client } from '@scholium/client';
import { exportResultSchema, exportTypeAliases, exportTypes, type ExportType } from '@scholium/contract';
import { CliError } from '../cli-error.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { followJob } from '../follow-job.ts';
import { startProgress } from '../terminal/progress.ts';
import { makeFolder, refuseExisting, writeResult } from '../write-file.ts';

const EXTENSIONS: Readonly<Record<ExportType, string>> = {
  markdown: 'md',
  txt: 'txt',
  srt: 'srt',
  vtt: 'vtt',
  json: 'json',
  pdf: 'pdf',
  docx: 'docx',
  anki: 'apkg',
};

export interface ExportInput {
  readonly lectureId: string;
  readonly type?: readonly string[];
  readonly output: string;
  readonly force: boolean;
}

/** A file that was written. */
export interface ExportedFile {
  readonly type: ExportType;
  readonly path: string;
}

/** `scholium export`: makes the files on the server and saves them here. */
export async function exportFiles(context: CommandContext, input: ExportInput): Promise<void> {
  const types = input.type === undefined ? null : typesOf(input.type);
  await makeFolder(input.output);
  for (const type of types ?? exportTypes) await refuseExisting(pathOf(input, type), input.force);
  const files = await saveExports(context, await context.connect(), { ...input, types });
  printResult(context, { lectureId: input.lectureId, files }, () => {
    for (const { path } of files) context.terminal.print(path);
  });
}

/** Runs the export job and downloads what it made. `types` null takes all that hold something. */
export async function saveExports(
  context: CommandContext,
  client: Client,
  input: ExportInput & { types: readonly ExportType[] | null },
): Promise<ExportedFile[]> {
  const { lectureId } = input;
  const { signal } = context;
  const progress = await startProgress(context.terminal, 'Exporting');
  try {
    const { jobId } = await client.call('exportLecture', {
      params: { lectureId },
      body: input.types ? { types: [...input.types] } : {},
      signal,
    });
    const job = await followJob({ client, jobId, progress, signal });
    const made = exportResultSchema.parse(job.result).exports;
    const files: ExportedFile[] = [];
    for (const { type } of made) {
      const response = await client.call('downloadExport', { params: { lectureId, exportType: type }, signal });
      const path = pathOf(input, type);
      await writeResult(path, await response.bytes(), input.force);
      files.push({ type, path });
    }
    return files;
  } finally {
    progress.stop();
  }
}

/** Lecture ids hold letters, digits, dots, underscores and hyphens only, so they are safe file names. */
function pathOf(input: ExportInput, type: ExportType): string {
  return join(input.output, `${input.lectureId}.${EXTENSIONS[type]}`);
}

/** @throws CliError `usage`, naming the types there are */
function typesOf(given: readonly string[]): readonly ExportType[] {
  return given
    .flatMap((value) => value.split(','))
    .map((name) => {
      const type = exportTypeAliases[name] ?? exportTypes.find((known) => known === name);
      if (type) return type;
      throw new CliError('usage', 'invalid_request', `There is no export type "${name}". Use one of: ${exportTypes.join(', ')}.`);
    });
}
