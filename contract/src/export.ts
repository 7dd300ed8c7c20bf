import { z } from 'zod';

/** The files a lecture can be taken along as. */
export const exportTypes = ['markdown', 'txt', 'srt', 'vtt', 'json', 'pdf', 'docx', 'anki'] as const;
export type ExportType = (typeof exportTypes)[number];

/** Other names that are understood. */
export const exportTypeAliases: Readonly<Record<string, ExportType>> = {
  md: 'markdown',
  text: 'txt',
  word: 'docx',
  apkg: 'anki',
};

/** The `result` of an export job. `storagePath` is a `local://`, `s3://` or `gs://` address. */
export const exportResultSchema = z.object({
  exports: z.array(z.object({ type: z.enum(exportTypes), url: z.string(), storagePath: z.string() })),
});
export type ExportResult = z.infer<typeof exportResultSchema>;
