import type { ReadDocument } from '../../core/domain/document.ts';
import { decodeText } from './decode-text.ts';
import { pageOfBlocks } from './page-of-blocks.ts';

/** Plain text: empty lines part paragraphs, form feeds part pages. */
export function readText(bytes: Uint8Array): ReadDocument {
  const pages = decodeText(bytes)
    .replace(/^\uFEFF/, '')
    .split('\f')
    .map((page, index) =>
      pageOfBlocks(
        index + 1,
        null,
        page.split(/\r?\n[^\S\n]*(?:\r?\n)|\r\r/).map((text) => ({ level: 0, text })),
      ),
    );
  return { format: 'text', title: null, author: null, publishedAt: null, language: null, pages };
}
