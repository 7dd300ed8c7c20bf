import type { ExportType } from '@scholium/contract';
import { formatJson } from './lecture-json.ts';
import type { LectureDocument } from './lecture-document.ts';
import { formatMarkdown } from './markdown.ts';
import { formatTxt } from './plain-text.ts';
import { formatSrt, formatVtt } from './subtitles.ts';

interface Named {
  readonly extension: string;
  readonly mediaType: string;
}

/** UTF-8 text with LF line ends, written here; the same document always gives the same text. */
export interface TextFormat extends Named {
  readonly kind: 'text';
  format(document: LectureDocument): string;
}

/** A document to read, by a `DocumentRenderer`; or cards, by a `CardDeckRenderer`. */
export type ExportFormat =
  | TextFormat
  | (Named & { readonly kind: 'guide'; readonly renderer: 'pdf' | 'docx' })
  | (Named & { readonly kind: 'deck' });

/** How each type is written. A type is added here once. */
export const exportFormats: Readonly<Record<ExportType, ExportFormat>> = {
  markdown: { kind: 'text', extension: 'md', mediaType: 'text/markdown; charset=utf-8', format: formatMarkdown },
  txt: { kind: 'text', extension: 'txt', mediaType: 'text/plain; charset=utf-8', format: formatTxt },
  srt: { kind: 'text', extension: 'srt', mediaType: 'application/x-subrip; charset=utf-8', format: formatSrt },
  vtt: { kind: 'text', extension: 'vtt', mediaType: 'text/vtt; charset=utf-8', format: formatVtt },
  json: { kind: 'text', extension: 'json', mediaType: 'application/json', format: formatJson },
  pdf: { kind: 'guide', extension: 'pdf', mediaType: 'application/pdf', renderer: 'pdf' },
  docx: {
    kind: 'guide',
    extension: 'docx',
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    renderer: 'docx',
  },
  anki: { kind: 'deck', extension: 'apkg', mediaType: 'application/apkg' },
};
