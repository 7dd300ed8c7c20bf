import type { ReadDocument } from '../../core/domain/document.ts';
import { resolvePart } from './archive-xml.ts';
import { blocksOfHtml } from './blocks-of-html.ts';
import { decodeText } from './decode-text.ts';
import { DocumentFault, damaged } from './document-fault.ts';
import { elementsOf, parseHtml, parseXml, type HtmlDocument } from './html-node.ts';
import { isoDate, languageOf, shownValue } from './metadata-values.ts';
import { pageOfBlocks } from './page-of-blocks.ts';
import { refuseDepth } from './refuse-depth.ts';
import type { ZipArchive } from './zip-archive.ts';

/** Fonts may be scrambled in any book; that is no lock on its text. */
const FONT_SCRAMBLING = /idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC/;

/** The files of a book in reading order (the spine), each a page that is called by its first heading. */
export function readEpub(archive: ZipArchive, mostDepth: number): ReadDocument {
  refuseLocked(archive);
  const container = xmlOf(archive, 'META-INF/container.xml');
  const packageName = container && elementsOf(container, 'rootfile')[0]?.getAttribute('full-path');
  const book = packageName ? xmlOf(archive, packageName) : null;
  if (!book || !packageName) throw damaged('The book has no list of its chapters. Download it again.');
  const files = new Map(elementsAnyPrefix(book, 'item').map((item) => [item.getAttribute('id'), item.getAttribute('href')]));
  const chapters = elementsAnyPrefix(book, 'itemref').flatMap((item) => files.get(item.getAttribute('idref')) ?? []);
  const pages = chapters
    .map((href) => chapterOf(archive, resolvePart(packageName, unescaped(href)), mostDepth) ?? [])
    .map((blocks) => pageOfBlocks(1, blocks.find(({ level }) => level > 0)?.text ?? null, blocks))
    .filter(({ text }) => text !== '')
    .map((page, index) => ({ ...page, number: index + 1 }));
  const fact = (name: string): string | null => elementsOf(book, `dc:${name}`)[0]?.textContent ?? null;
  return {
    format: 'epub',
    title: shownValue(fact('title')),
    author: shownValue(fact('creator')),
    publishedAt: isoDate(fact('date')),
    language: languageOf(fact('language')),
    pages,
  };
}

function chapterOf(archive: ZipArchive, name: string, mostDepth: number): ReturnType<typeof blocksOfHtml> | null {
  const bytes = archive.read(name);
  if (bytes === null) return null;
  const html = decodeText(bytes);
  refuseDepth(html, mostDepth);
  // XHTML closes elements that HTML does not let be closed.
  const { body } = parseHtml(html.replace(/<(script|title|style|iframe|textarea)\b([^>]*)\/>/gi, '<$1$2></$1>'));
  return body ? blocksOfHtml(body) : null;
}

function refuseLocked(archive: ZipArchive): void {
  const encryption = archive.read('META-INF/encryption.xml');
  const methods = encryption ? [...decodeText(encryption).matchAll(/EncryptionMethod[^>]*Algorithm="([^"]*)"/g)] : [];
  if (methods.some(([, algorithm]) => !FONT_SCRAMBLING.test(algorithm ?? ''))) {
    throw new DocumentFault('document_protected', 'The book is copy-protected (DRM). Use a copy without protection.');
  }
}

function xmlOf(archive: ZipArchive, name: string): HtmlDocument | null {
  const bytes = archive.read(name);
  if (bytes === null) return null;
  // Books may name a document type; what one declares inside is never looked at.
  const text = decodeText(bytes).replace(/<!DOCTYPE[^>[]*(?:\[[\s\S]*?\]\s*)?>/i, '');
  return parseXml(text.replace(/^\uFEFF/, ''));
}

function elementsAnyPrefix(book: HtmlDocument, name: string): ReturnType<typeof elementsOf> {
  const plain = elementsOf(book, name);
  return plain.length > 0 ? plain : elementsOf(book, `opf:${name}`);
}

function unescaped(href: string): string {
  const path = href.split('#')[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
