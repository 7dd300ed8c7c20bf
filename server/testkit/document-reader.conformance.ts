import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readDocumentSchema, type ReadDocument } from '../src/core/domain/document.ts';
import type { DocumentReader, DocumentToRead } from '../src/core/ports/document-reader.ts';

const never = new AbortController().signal;

/**
 * What every `DocumentReader` must do, shown with the formats that each knows: plain text and Markdown. One reader serves
 * all tests of the suite.
 *
 * @example documentReaderConformance('PlainDocumentReader', () => new PlainDocumentReader())
 */
export function documentReaderConformance(name: string, make: () => DocumentReader & { close?: () => Promise<void> }): void {
  describe(`${name} as a document reader`, () => {
    let folder: string;
    let reader: ReturnType<typeof make>;
    let uploads = 0;

    beforeAll(() => {
      reader = make();
    });
    afterAll(() => reader.close?.());
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scholium-document-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    /** The file lies under a name that says nothing, as uploads do. */
    async function file(content: string | Uint8Array, fileName: string): Promise<DocumentToRead> {
      const path = join(folder, `upload-${uploads++}`);
      await writeFile(path, content);
      return { path, fileName, mediaType: null, url: null };
    }

    async function read(content: string | Uint8Array, fileName = 'notes.txt'): Promise<ReadDocument> {
      const document = await reader.read(await file(content, fileName), never);
      expectSound(document);
      return document;
    }

    it('names itself', () => {
      expect(reader.id).toMatch(/\S/);
    });

    it('reads text as one page of paragraphs', async () => {
      const document = await read('The tides\r\nrise  twice \ta day.\r\n\r\n\r\n \r\nThe moon pulls.\r\n');
      expect(document).toEqual({
        format: 'text',
        title: null,
        author: null,
        publishedAt: null,
        language: null,
        pages: [{ number: 1, label: null, text: 'The tides rise twice a day.\n\nThe moon pulls.', headings: [] }],
      });
    });

    it('puts letters and their accents together, whatever the alphabet', async () => {
      const { pages } = await read('\uFEFFCafe\u0301 \u5929\u6C17 \u0421\u043D\u0435\u0433 \u{1F30A}');
      expect(pages[0]?.text).toBe('Caf\u00E9 \u5929\u6C17 \u0421\u043D\u0435\u0433 \u{1F30A}');
    });

    it('says where the headings of Markdown begin', async () => {
      const { format, title, pages } = await read('# Tides\n\nThe moon.\n\n## Why  two?\n\nBoth sides.', 'tides.md');
      const page = pages[0];
      expect({ format, title }).toEqual({ format: 'markdown', title: 'Tides' });
      expect(page?.text).toBe('Tides\n\nThe moon.\n\nWhy two?\n\nBoth sides.');
      expect(page?.headings).toEqual([
        { startChar: 0, level: 1, title: 'Tides' },
        { startChar: 18, level: 2, title: 'Why two?' },
      ]);
    });

    it('tells text, Markdown and captions apart before it reads them', async () => {
      const kindOf = async (content: string, fileName: string): Promise<unknown> => reader.sniff(await file(content, fileName));
      expect(await kindOf('Some words.', 'a.txt')).toEqual({ format: 'text', mediaType: 'text/plain' });
      expect(await kindOf('# Some\n\nwords.', 'a.md')).toEqual({ format: 'markdown', mediaType: 'text/markdown' });
      expect(await kindOf('WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n', 'a.vtt')).toEqual({
        format: 'captions',
        mediaType: 'text/vtt',
      });
      expect(await kindOf('1\n00:00:01,000 --> 00:00:02,000\nHello\n', 'a.srt')).toEqual({
        format: 'captions',
        mediaType: 'application/x-subrip',
      });
    });

    it('says that a file without words has no text', async () => {
      for (const content of ['', ' \n\t\r\n\n']) await expect(read(content)).rejects.toMatchObject({ code: 'document_no_text' });
    });

    it('takes nothing that is no document, whatever its name is', async () => {
      const bytes = Uint8Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 256);
      for (const fileName of ['notes.txt', 'notes', '../../etc/notes.md']) {
        const binary = await file(bytes, fileName);
        expect(await reader.sniff(binary)).toBeNull();
        await expect(reader.read(binary, never)).rejects.toMatchObject({ code: 'document_unsupported' });
      }
    });

    it('leaves captions to those who make transcripts of them', async () => {
      await expect(read('WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n', 'a.vtt')).rejects.toMatchObject({
        code: 'document_unsupported',
      });
    });

    it('takes strange names as names', async () => {
      for (const fileName of ['', '-i', 'a\u0000b.txt', '../'.repeat(100), '\u202Etxt.exe', 'x'.repeat(5_000)]) {
        expect((await read('Some words.', fileName)).pages[0]?.text).toBe('Some words.');
      }
    });

    it('reads two at once, each as itself', async () => {
      const texts = Array.from({ length: 4 }, (_, number) => `Text number ${number}.`);
      const documents = await Promise.all(texts.map((text) => read(text)));
      expect(documents.map(({ pages }) => pages[0]?.text)).toEqual(texts);
    });

    it('reads the same file to the same text', async () => {
      const text = 'Some words.\n\nAnd others.';
      expect(await read(text)).toEqual(await read(text));
    });

    it('leaves the file as it is, and nothing beside it', async () => {
      await read('Some words.');
      expect(await readdir(folder)).toHaveLength(1);
    });

    it('stops when it is told to', async () => {
      const stop = new AbortController();
      const waiting = reader.read(await file('Some words.\n\n'.repeat(100_000), 'long.txt'), stop.signal);
      stop.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
      await expect(reader.read(await file('Late.', 'late.txt'), stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
      expect((await read('And goes on.')).pages[0]?.text).toBe('And goes on.');
    });
  });
}

/** What is true of every document that was read, so that citations into it can be checked. */
export function expectSound(document: ReadDocument): void {
  expect(readDocumentSchema.parse(document)).toEqual(document);
  expect(document.pages.map(({ number }) => number)).toEqual(document.pages.map((_, index) => index + 1));
  expect(document.pages.some(({ text }) => text !== '')).toBe(true);
  for (const { text, headings } of document.pages) {
    expect(text).toBe(text.normalize('NFC').trim());
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u00AD\uFEFF\uFB00-\uFB06]| {2}|\n{3}| \n|\n /);
    expect(text.isWellFormed()).toBe(true);
    let last = -1;
    for (const { startChar, title } of headings) {
      expect(startChar).toBeGreaterThan(last);
      expect(text.startsWith(title, startChar)).toBe(true);
      last = startChar;
    }
  }
}
