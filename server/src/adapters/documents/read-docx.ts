import { strToU8, zipSync } from 'fflate';
import mammoth from 'mammoth';
import type { ReadDocument } from '../../core/domain/document.ts';
import { refuseDeclarations } from './archive-xml.ts';
import { blocksOfHtml } from './blocks-of-html.ts';
import { decodeText } from './decode-text.ts';
import { damaged } from './document-fault.ts';
import { parseHtml } from './html-node.ts';
import { officeFacts } from './office-facts.ts';
import { pageOfBlocks } from './page-of-blocks.ts';
import { refuseDepth } from './refuse-depth.ts';
import type { ZipArchive } from './zip-archive.ts';

/**
 * A DOCX file as one page: where its pages break is only decided when it is printed, so places are told by headings.
 * Pictures are left out, links to files and addresses are not followed.
 */
export async function readDocx(archive: ZipArchive, mostDepth: number): Promise<ReadDocument> {
  const { value: html } = await convert(Buffer.from(checkedCopy(archive, mostDepth)));
  const { body } = parseHtml(`<!doctype html><html><body>${html}</body></html>`);
  const page = pageOfBlocks(1, null, body ? blocksOfHtml(body) : []);
  const facts = officeFacts(archive);
  return { format: 'docx', ...facts, title: facts.title ?? page.headings[0]?.title ?? null, pages: [page] };
}

/**
 * An archive of the text parts alone, unpacked within the limits, checked and not packed again: mammoth's own unpacking has no
 * limits, and it would read other parts than those that were looked at if the archive has two of a name.
 */
function checkedCopy(archive: ZipArchive, mostDepth: number): Uint8Array {
  const parts: Record<string, Uint8Array> = {};
  for (const name of archive.names.filter((part) => /\.(?:xml|rels)$/i.test(part))) {
    const bytes = archive.read(name);
    if (bytes === null) continue;
    // Whatever the encoding: a declaration in UTF-16 is one too.
    const text = decodeText(bytes).replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, '');
    refuseDeclarations(text);
    refuseDepth(text, mostDepth);
    parts[name] = strToU8(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
  }
  return zipSync(parts, { level: 0 });
}

async function convert(buffer: Buffer): Promise<{ value: string }> {
  try {
    return await mammoth.convertToHtml(
      { buffer },
      {
        convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
        externalFileAccess: false,
        ignoreEmptyParagraphs: true,
      },
    );
  } catch (error) {
    throw damaged('The document cannot be read. Open it in a word processor and save it again.', error);
  }
}
