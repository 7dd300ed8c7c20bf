import type { ExportType } from '@scholium/contract';
import { formatJson } from './lecture-json.ts';
import type { LectureDocument } from './lecture-document.ts';
import { formatMarkdown } from './markdown.ts';
import { formatTxt } from './plain-text.ts';
import { formatSrt, formatVtt } from './subtitles.ts';

export interface ExportFormat {
  readonly extension: string;
  readonly mediaType: string;
  /** UTF-8 text with LF line ends; the same document always gives the same text. */
  format(document: LectureDocument): string;
}

/** How each type is written. A type is added here once. */
export const exportFormats: Readonly<Record<ExportType, ExportFormat>> = {
  markdown: { extension: 'md', mediaType: 'text/markdown; charset=utf-8', format: formatMarkdown },
  txt: { extension: 'txt', mediaType: 'text/plain; charset=utf-8', format: formatTxt },
  srt: { extension: 'srt', mediaType: 'application/x-subrip; charset=utf-8', format: formatSrt },
  vtt: { extension: 'vtt', mediaType: 'text/vtt; charset=utf-8', format: formatVtt },
  json: { extension: 'json', mediaType: 'application/json', format: formatJson },
};
