import { marked } from 'marked';
import type { ReadDocument } from '../../core/domain/document.ts';
import { blocksOfHtml } from './blocks-of-html.ts';
import { decodeText } from './decode-text.ts';
import { parseHtml } from './html-node.ts';
import { isoDate, languageOf, shownValue } from './metadata-values.ts';
import { pageOfBlocks } from './page-of-blocks.ts';

/** Facts before the text, between lines of three hyphens, as static site generators have them. */
const FRONT_MATTER = /^---\r?\n([\s\S]{0,20000}?)\r?\n(?:---|\.\.\.)(?:\r?\n|$)/;

/** Markdown as it would be shown, one page. */
export function readMarkdown(bytes: Uint8Array): ReadDocument {
  const whole = decodeText(bytes).replace(/^\uFEFF/, '');
  const front = FRONT_MATTER.exec(whole);
  const facts = new Map(
    [...(front?.[1] ?? '').matchAll(/^(\w+):[^\S\n]*["']?(.*?)["']?\s*$/gm)].map(([, name, value]) => [
      name?.toLowerCase() ?? '',
      value,
    ]),
  );
  const html = marked.parse(whole.slice(front?.[0].length ?? 0), { async: false, gfm: true });
  const { body } = parseHtml(`<!doctype html><html><body>${html}</body></html>`);
  const page = pageOfBlocks(1, null, body ? blocksOfHtml(body) : []);
  return {
    format: 'markdown',
    title: shownValue(facts.get('title')) ?? page.headings[0]?.title ?? null,
    author: shownValue(facts.get('author')),
    publishedAt: isoDate(facts.get('date')),
    language: languageOf(facts.get('lang') ?? facts.get('language')),
    pages: [page],
  };
}
