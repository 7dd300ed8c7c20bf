import { isProbablyReaderable, Readability } from '@mozilla/readability';
import type { ReadDocument } from '../../core/domain/document.ts';
import { blocksOfHtml } from './blocks-of-html.ts';
import { decodeText } from './decode-text.ts';
import { parseHtml, type HtmlDocument, type HtmlNode } from './html-node.ts';
import { isoDate, languageOf, shownValue } from './metadata-values.ts';
import { pageOfBlocks } from './page-of-blocks.ts';
import { refuseDepth } from './refuse-depth.ts';

/** Past this many elements Readability takes minutes; the whole page is read instead. */
const MOST_ELEMENTS = 200_000;

/** What Readability finds (https://github.com/mozilla/readability): its package types need the DOM's, which are not here. */
interface Article {
  readonly content: HtmlNode;
  readonly title: string | null;
  readonly byline: string | null;
  readonly publishedTime: string | null;
  readonly lang: string | null;
}

/**
 * A page: the main content where it comes from the web or looks like an article, else all of its body.
 *
 * @param mediaType may hold `charset=...`, as a web server said it
 */
export function readHtml(
  bytes: Uint8Array,
  { url, mediaType, mostDepth }: { url: string | null; mediaType: string | null; mostDepth: number },
): ReadDocument {
  const charset = /charset\s*=\s*["']?([^\s"';]+)/i.exec(mediaType ?? '')?.[1] ?? declaredIn(bytes);
  const html = decodeText(bytes, charset);
  refuseDepth(html, mostDepth);
  const document = parseHtml(html);
  const facts = factsOf(document);
  const whole = document.body ? blocksOfHtml(document.body) : blocksOfHtml(document);
  // Readability takes the page apart, so the whole of it is read before.
  const article = url !== null || looksLikeArticle(document) ? articleOf(document) : null;
  const main = article === null ? [] : blocksOfHtml(article.content);
  const page = pageOfBlocks(1, null, main);
  const pages = [page.text === '' ? pageOfBlocks(1, null, whole) : page];
  return {
    format: 'html',
    title: shownValue(article?.title) ?? facts.title ?? pages[0]?.headings[0]?.title ?? null,
    author: shownValue(article?.byline?.replace(/^\s*by[:\s]+/i, '')) ?? facts.author,
    publishedAt: isoDate(article?.publishedTime) ?? facts.publishedAt,
    language: facts.language ?? languageOf(article?.lang),
    pages,
  };
}

function looksLikeArticle(document: HtmlDocument): boolean {
  try {
    return isProbablyReaderable(document as unknown as Parameters<typeof isProbablyReaderable>[0]); // linkedom's is one in all that is used
  } catch {
    return false;
  }
}

/** Null when there is no main content, or the page is too large or too deep to look for it. */
function articleOf(document: HtmlDocument): Article | null {
  // MathJax calls its formulas "CtxtMenu_Attached", and what is called a menu is thrown away.
  for (const formula of document.querySelectorAll('mjx-container[class]')) formula.removeAttribute('class');
  type Options = ConstructorParameters<typeof Readability>;
  const options = { maxElemsToParse: MOST_ELEMENTS, serializer: (node: unknown) => node };
  try {
    // As above. The serializer gives the element itself instead of its text.
    return new Readability(document as unknown as Options[0], options as Options[1]).parse() as unknown as Article | null;
  } catch {
    return null;
  }
}

function declaredIn(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 4_096)).toString('latin1');
  return /<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(head)?.[1] ?? null;
}

/** What the head of a page says, before Readability changes it. */
function factsOf(document: HtmlDocument): Pick<ReadDocument, 'title' | 'author' | 'publishedAt' | 'language'> {
  const metas = new Map<string, string>();
  for (const meta of document.querySelectorAll('meta')) {
    const name = (
      meta.getAttribute('property') ??
      meta.getAttribute('name') ??
      meta.getAttribute('itemprop') ??
      ''
    ).toLowerCase();
    const content = meta.getAttribute('content');
    if (name !== '' && content !== null && !metas.has(name)) metas.set(name, content);
  }
  const data = linkedData(document);
  const first = (...names: string[]): string | undefined =>
    names.map((name) => metas.get(name)).find((value) => value !== undefined);
  return {
    title: shownValue(
      data.title ??
        first('og:title', 'twitter:title', 'dc.title', 'citation_title') ??
        document.querySelector('title')?.textContent,
    ),
    author: shownValue(
      data.author ?? first('author', 'dc.creator', 'citation_author', 'article:author_name', 'parsely-author', 'byl'),
    ),
    publishedAt: isoDate(
      data.publishedAt ??
        first(
          'article:published_time',
          'datepublished',
          'date',
          'dc.date',
          'dcterms.created',
          'citation_publication_date',
          'parsely-pub-date',
          'pubdate',
        ) ??
        document.querySelector('time[pubdate], time[itemprop="datePublished"]')?.getAttribute('datetime'),
    ),
    language:
      languageOf(document.documentElement?.getAttribute('lang') ?? document.documentElement?.getAttribute('xml:lang')) ??
      languageOf(first('og:locale', 'content-language', 'dc.language', 'language') ?? data.language),
  };
}

interface LinkedData {
  title?: string;
  author?: string;
  publishedAt?: string;
  language?: string;
}

/** The article among the JSON-LD of a page (https://schema.org/Article). */
function linkedData(document: HtmlDocument): LinkedData {
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    for (const item of itemsOf(script.textContent ?? '')) {
      if (!/Article|Posting|Report|Chapter|Book|Course|WebPage/.test(textOf(item['@type']) ?? '')) continue;
      const title = textOf(item['headline']) ?? textOf(item['name']);
      const author = textOf(item['author']) ?? textOf(item['creator']);
      const publishedAt = textOf(item['datePublished']);
      if (author === undefined && publishedAt === undefined) continue;
      return { title, author, publishedAt, language: textOf(item['inLanguage']) };
    }
  }
  return {};
}

function itemsOf(json: string): Record<string, unknown>[] {
  try {
    const parsed: unknown = JSON.parse(json.replace(/^\s*<!\[CDATA\[|\]\]>\s*$/g, ''));
    const top = Array.isArray(parsed) ? parsed : [parsed];
    const graph = top.flatMap((item) => (isRecord(item) && Array.isArray(item['@graph']) ? item['@graph'] : [item]));
    return graph.filter(isRecord);
  } catch {
    return [];
  }
}

/** Text, or the name of a thing, or those of several. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const texts = value.flatMap((item: unknown) => (Array.isArray(item) ? [] : (textOf(item) ?? [])));
    return texts.length === 0 ? undefined : texts.slice(0, 10).join(', ');
  }
  return isRecord(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
