import { readFile } from 'node:fs/promises';
import { AppError } from '../src/core/domain/app-error.ts';
import type { Caption } from '../src/core/domain/caption.ts';
import type { ReadDocument } from '../src/core/domain/document.ts';
import type { DocumentReader, DocumentToRead } from '../src/core/ports/document-reader.ts';

/** What no text holds: such bytes are of another kind of file. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NOT_TEXT = /[\u0000-\u0008\u000E-\u001A\uFFFD]/;

/**
 * A `DocumentReader` for tests that knows UTF-8 text only: pages are parted by form feeds, lines that begin with `#` are
 * headings in every file. What it was told to read stands in `heard`.
 */
export class PlainDocumentReader implements DocumentReader {
  readonly id: string = 'plain/1';
  /** File names, in the order of the calls of `read`. */
  readonly heard: string[] = [];

  async sniff(file: DocumentToRead): ReturnType<DocumentReader['sniff']> {
    const text = await readFile(file.path, 'utf8');
    if (NOT_TEXT.test(text)) return null;
    if (/\.(?:srt|vtt)$/i.test(file.fileName) || text.startsWith('WEBVTT')) {
      return { format: 'captions', mediaType: text.startsWith('WEBVTT') ? 'text/vtt' : 'application/x-subrip' };
    }
    if (/\.(?:md|markdown)$/i.test(file.fileName)) return { format: 'markdown', mediaType: 'text/markdown' };
    return { format: 'text', mediaType: 'text/plain' };
  }

  async read(file: DocumentToRead, signal: AbortSignal): Promise<ReadDocument> {
    this.heard.push(file.fileName);
    const kind = await this.sniff(file);
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    if (kind === null || kind.format === 'captions') {
      throw new AppError('document_unsupported', 'The file is not text. Save it as text.');
    }
    const text = (await readFile(file.path, 'utf8')).replace(/^\uFEFF/, '').normalize('NFC');
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    const pages = text.split('\f').map((page, index) => readPage(page, index + 1));
    if (pages.every((page) => page.text === '')) throw new AppError('document_no_text', 'The file is empty.');
    const title = pages[0]?.headings[0]?.title ?? null;
    return { format: kind.format, title, author: null, publishedAt: null, language: null, pages };
  }

  async readCaptions(file: DocumentToRead, signal: AbortSignal): Promise<readonly Caption[]> {
    this.heard.push(file.fileName);
    const text = await readFile(file.path, 'utf8');
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    const cues = text.matchAll(/(\d+):(\d+):(\d+)[,.](\d+) --> (\d+):(\d+):(\d+)[,.](\d+)\r?\n(.+)/g);
    const captions = [...cues].map(([, ...parts]) => {
      const [startMs, endMs] = [parts.slice(0, 4), parts.slice(4, 8)].map(millisecondsOf);
      return { startMs: startMs ?? 0, endMs: endMs ?? 0, speaker: null, text: parts[8] ?? '' };
    });
    if (captions.length === 0) throw new AppError('document_no_text', 'The file holds no captions.');
    return captions;
  }
}

function millisecondsOf(parts: readonly string[]): number {
  const [hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = parts.map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds;
}

function readPage(page: string, number: number): ReadDocument['pages'][number] {
  const headings: ReadDocument['pages'][number]['headings'] = [];
  let text = '';
  for (const block of page.split(/\r?\n\s*\n/)) {
    const marked = /^\s*(#{1,6})\s+(\S.*)$/s.exec(block);
    const words = (marked?.[2] ?? block).replace(/\s+/g, ' ').trim();
    if (words === '') continue;
    if (text !== '') text += '\n\n';
    if (marked) headings.push({ startChar: text.length, level: marked[1]?.length ?? 1, title: words });
    text += words;
  }
  return { number, label: headings[0]?.title ?? null, text, headings };
}
