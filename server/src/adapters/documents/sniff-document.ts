import type { DocumentFormat } from '../../core/domain/document.ts';
import { decodeText, looksLikeText } from './decode-text.ts';
import { readZipDirectory, type ReadBytes } from './zip-directory.ts';

/** What a file is, and under which name the web knows that. `locked` is an Office file that is encrypted as a whole. */
export interface SniffedDocument {
  readonly format: DocumentFormat | 'captions';
  readonly mediaType: string;
  readonly locked: boolean;
}

/** What is looked at: the size, bytes by place, and what others call it. */
export interface FileToSniff {
  readonly sizeBytes: number;
  readonly readBytes: ReadBytes;
  readonly fileName: string;
  readonly mediaType: string | null;
}

const HEAD_BYTES = 64 * 1024;
/** A directory with more files is no document; sniffing has no need to read it. */
const MOST_ENTRIES = 100_000;
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024;

const MEDIA_TYPES: Readonly<Record<DocumentFormat, string>> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  epub: 'application/epub+zip',
  html: 'text/html',
  markdown: 'text/markdown',
  text: 'text/plain',
};

/** Tells by its content, and for text by its name, what a file is; null when it is nothing that can be read. Unpacks nothing. */
export function sniffDocument(file: FileToSniff): SniffedDocument | null {
  const head = file.readBytes(0, Math.min(file.sizeBytes, HEAD_BYTES)) ?? Buffer.alloc(0);
  if (head.subarray(0, 1_024).includes('%PDF-')) return sniffed('pdf');
  if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return sniffArchive(file);
  if (head.length >= 512 && head.readBigUInt64BE(0) === 0xd0cf11e0a1b11ae1n) return sniffCompoundFile(file, head);
  return looksLikeText(head) ? sniffText(decodeText(head), file) : null;
}

function sniffed(format: DocumentFormat, locked = false): SniffedDocument {
  return { format, mediaType: MEDIA_TYPES[format], locked };
}

/** Office files and books by the names of the files in them. */
function sniffArchive(file: FileToSniff): SniffedDocument | null {
  const readBytes: ReadBytes = (start, length) => (length > MOST_DIRECTORY_BYTES ? null : file.readBytes(start, length));
  let names: string[];
  try {
    names = readZipDirectory(file.sizeBytes, readBytes, MOST_ENTRIES).map(({ name }) => name);
  } catch {
    // It begins like an archive: what it was cannot be told any more but by its name.
    const named = /\.(docx|pptx|epub)$/i.exec(file.fileName)?.[1]?.toLowerCase();
    return named === 'docx' || named === 'pptx' || named === 'epub' ? sniffed(named) : null;
  }
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/^META-INF\/container\.xml$/)) return sniffed('epub');
  if (has(/^word\/.+\.xml$/i)) return sniffed('docx');
  if (has(/^ppt\/.+\.xml$/i)) return sniffed('pptx');
  if (has(/^mimetype$/) && /\.epub$/i.test(file.fileName)) return sniffed('epub');
  return null;
}

/**
 * The old container of Office ([MS-CFB]): nothing that can be read here, but a DOCX or PPTX with a password is wrapped in one
 * ([MS-OFFCRYPTO] 2.3.4.4, the stream "EncryptedPackage").
 */
function sniffCompoundFile(file: FileToSniff, head: Buffer): SniffedDocument | null {
  const sectorBytes = 1 << Math.min(16, head.readUInt16LE(30));
  const directory = file.readBytes((head.readUInt32LE(48) + 1) * sectorBytes, sectorBytes);
  if (!directory?.includes(Buffer.from('EncryptedPackage', 'utf16le'))) return null;
  return sniffed(/\.pptx$/i.test(file.fileName) ? 'pptx' : 'docx', true);
}

function sniffText(text: string, { fileName, mediaType }: FileToSniff): SniffedDocument | null {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  const says = (pattern: RegExp, type: RegExp): boolean => pattern.test(fileName) || type.test(mediaType ?? '');
  if (/^WEBVTT(?:[ \t\r\n]|$)/.test(start)) return { format: 'captions', mediaType: 'text/vtt', locked: false };
  const isSrt = SRT_CUE.test(start) || (says(/\.srt$/i, /subrip/) && ANY_CUE.test(start));
  if (isSrt) {
    return { format: 'captions', mediaType: 'application/x-subrip', locked: false };
  }
  if (start.startsWith('{\\rtf')) return null;
  const markup = start.replace(LEADING_COMMENTS, '');
  if (/^<(?:!doctype\s+html|html|head|body|title|meta|link|base)\b/i.test(markup)) return sniffed('html');
  if (/^<(?:!doctype|[a-z][\w:-]*[\s>/])/i.test(markup)) {
    // A piece of a page; or SVG, RSS and other XML, whatever name it goes by.
    const isPage =
      says(/\.x?html?$/i, /^(?:text\/html|application\/xhtml)/) ||
      /^<(?:div|p|article|section|main|h[1-6]|ul|ol|table|a|b|i|em|strong|span|center|script|style|header|nav)\b/i.test(markup);
    if (isPage && !/^<(?:svg|rss|feed)\b/i.test(markup)) return sniffed('html');
    if (!says(/\.(?:md|markdown|txt)$/i, /^text\/(?:markdown|plain)/)) return null;
  }
  if (/^<\?xml\b/i.test(start) && !says(/\.(?:md|markdown|txt)$/i, /^text\/(?:markdown|plain)/)) return null;
  if (says(/\.x?html?$/i, /^(?:text\/html|application\/xhtml)/) && /<[a-z!/]/i.test(start)) return sniffed('html');
  if (says(/\.(?:md|markdown|mdown|mkd)$/i, /^text\/(?:x-)?markdown/)) return sniffed('markdown');
  return sniffed('text');
}

const SRT_CUE = /^(?:\d+[ \t]*\r?\n)?(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}[ \t]*-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}/;
const ANY_CUE = /^\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}[ \t]*-->/m;
const LEADING_COMMENTS = /^(?:\s*<(?:!--[\s\S]*?--|\?[^>]*)>)*\s*/;
