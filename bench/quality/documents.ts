import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createDocumentReader } from '@scholium/server/adapters/documents/document-reader.ts';
import { parseHtml } from '@scholium/server/adapters/documents/html-node.ts';
import { AppError } from '@scholium/server/core/domain/app-error.ts';
import type { DocumentReader, DocumentToRead } from '@scholium/server/core/ports/document-reader.ts';
import type { BenchTable } from '../bench-table.ts';
import { findSampleData } from '../sample-data.ts';

type Row = BenchTable['rows'][number];

const signal = new AbortController().signal;
/** Longer than the longest of them takes, by far. */
const HANGS_AFTER_MS = 60_000;

/** How documents are read: odd files end in text or in an error that says why; the main text of web pages is what people see in it. */
export async function run(): Promise<BenchTable> {
  const reader = createDocumentReader();
  const rows: Row[] = [];
  for (const folder of ['docs', 'attack', 'subs']) {
    const data = findSampleData(folder);
    if (data !== null) rows.push(...(await oddFiles(reader, folder, data)));
  }
  const pages = findSampleData('html/readability');
  if (pages !== null) rows.push(...(await mainText(reader, pages)));
  const name = 'Documents and web pages';
  return rows.length > 0 ? { name, rows } : { name: `${name}: data not found, skipped`, rows };
}

/** Reads every file of a folder and counts how it ends. */
async function oddFiles(reader: DocumentReader, what: string, folder: string): Promise<Row[]> {
  const ends = new Map<string, number>();
  let slowestMs = 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    const start = performance.now();
    const end = await endOf(reader, { path: join(parentPath, name), fileName: name, mediaType: null, url: null });
    slowestMs = Math.max(slowestMs, performance.now() - start);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  const failed = (ends.get('failed') ?? 0) + (ends.get('internal') ?? 0);
  return [
    { what: `${what}: files`, value: files.length, unit: '' },
    ...[...ends].map(([end, count]) => ({ what: `${what}: ${end}`, value: count, unit: '' })),
    { what: `${what}: neither text nor a reason`, value: failed, unit: '', goal: '0', ok: failed === 0 },
    {
      what: `${what}: slowest`,
      value: Math.round(slowestMs),
      unit: 'ms',
      goal: `< ${HANGS_AFTER_MS}`,
      ok: slowestMs < HANGS_AFTER_MS,
    },
  ];
}

async function endOf(reader: DocumentReader, file: DocumentToRead): Promise<string> {
  try {
    const kind = await reader.sniff(file);
    if (kind === null) return 'not a document';
    if (kind.format === 'captions') await reader.readCaptions(file, signal);
    else await reader.read(file, signal);
    return 'text';
  } catch (error) {
    return error instanceof AppError ? error.code : 'failed';
  }
}

/** Words of the main text against the expected ones, as F1, page by page. */
async function mainText(reader: DocumentReader, folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry, 'source.html');
    const document = await reader.read(
      { path, fileName: 'source.html', mediaType: 'text/html', url: 'https://example.org/' },
      signal,
    );
    const expected = parseHtml(readFileSync(join(folder, entry, 'expected.html'), 'utf8')).documentElement?.textContent ?? '';
    const found = document.pages.map(({ text }) => text).join('\n');
    rows.push({ what: `main text of ${basename(entry)}, token F1`, value: tokenF1(wordsOf(found), wordsOf(expected)), unit: '' });
  }
  const mean = rows.reduce((sum, { value }) => sum + value, 0) / rows.length;
  return [...rows, { what: 'main text, mean token F1', value: mean, unit: '', goal: '>= 0.95', ok: mean >= 0.95 }];
}

function tokenF1(found: readonly string[], expected: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of expected) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of found) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(word, count - 1);
  }
  return found.length + expected.length === 0 ? 1 : (2 * common) / (found.length + expected.length);
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}
