import { basename } from 'node:path';
import { tell } from '../cli-error.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { draftNotice } from '../show/draft-quality.ts';
import { requireFile } from '../require-file.ts';
import { startProgress } from '../terminal/progress.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { openLocalPipeline, type LocalPipeline } from '../transcribe/local-pipeline.ts';
import { outputNames } from '../transcribe/output-names.ts';
import { makeFolder, refuseExisting, writeResult } from '../write-file.ts';

export interface TranscribeInput {
  readonly files: readonly string[];
  readonly format: 'srt' | 'vtt' | 'txt' | 'json' | 'pdf' | 'docx';
  readonly output: string;
  readonly model?: string;
  readonly language?: string;
  readonly task: 'transcribe' | 'translate';
  readonly engine?: string;
  readonly force: boolean;
}

type FileResult =
  | {
      readonly file: string;
      readonly output: string;
      readonly durationMs: number;
      readonly engine: string;
      readonly draftQuality: boolean;
    }
  | { readonly file: string; readonly error: { readonly code: string; readonly detail: string } };

/** `scholium transcribe`: files in, files out. One that fails does not stop the others; the exit code is 1 then. */
export async function transcribeFiles(context: CommandContext, input: TranscribeInput): Promise<number> {
  const { terminal, signal } = context;
  const outputs = outputNames(input.files, input.output, input.format);
  await makeFolder(input.output);
  const pipeline = await openLocalPipeline({ engine: input.engine ?? null });
  const results: FileResult[] = [];
  const notices = new Set<string>();
  try {
    for (const [index, file] of input.files.entries()) {
      const output = outputs[index] ?? file;
      try {
        const transcript = await transcribeFile(context, pipeline, { ...input, file, output });
        const notice = draftNotice(transcript);
        if (notice !== null) notices.add(notice);
        results.push({
          file,
          output,
          durationMs: transcript.durationMs,
          engine: transcript.engine,
          draftQuality: transcript.draftQuality,
        });
        if (!context.json) terminal.print(output);
      } catch (error) {
        signal.throwIfAborted();
        const { code, detail } = tell(error);
        results.push({ file, error: { code, detail } });
        terminal.note(`scholium: ${file}: ${detail}`);
      }
    }
  } finally {
    await pipeline.close();
  }
  for (const notice of notices) for (const line of wrapText(notice, { columns: terminal.columns })) terminal.note(line);
  printResult(context, { files: results }, () => {});
  return results.some((result) => 'error' in result) ? exitCodes.failed.code : exitCodes.ok.code;
}

async function transcribeFile(
  context: CommandContext,
  pipeline: LocalPipeline,
  input: TranscribeInput & { file: string },
): Promise<{ durationMs: number; engine: string; draftQuality: boolean }> {
  const { file, format, output, force } = input;
  const { signal } = context;
  await refuseExisting(output, force);
  await requireFile(file);
  const progress = await startProgress(context.terminal, basename(file));
  try {
    const request = {
      file,
      model: input.model ?? null,
      language: input.language ?? null,
      task: input.task,
      onProgress: progress.update,
      onText: progress.glimpse,
    };
    const { transcript, render } = await pipeline.transcribe(request, signal);
    // The JSON export holds the notes too; here the transcript itself is asked for.
    await writeResult(output, format === 'json' ? `${JSON.stringify(transcript, null, 2)}\n` : await render(format), force);
    return transcript;
  } finally {
    progress.stop();
  }
}
