import mammoth from 'mammoth';
import type { ReadDocument } from '../../core/domain/document.ts';
import { refuseDeclarations } from './archive-xml.ts';
import { blocksOfHtml } from './blocks-of-html.ts';
import { decodeText } from './decode-text.ts';
import { damaged } from './document-fault.ts';
import { parseHtml } from './html-node.ts';
import { officeFacts } from './office-facts.ts';
import { pageOfBlocks } from './page-of-blocks.ts';
import type { ZipArchive } from './zip-archive.ts';

/**
 * A DOCX file as one page: where its pages break is only decided when it is printed, so places are told by headings.
 * Pictures are left out, links to files and addresses are not followed.
 */
export async function readDocx(bytes: Buffer, archive: ZipArchive): Promise<ReadDocument> {
  // mammoth unpacks as it likes: all text that it may come upon is unpacked here first, under the limits.
  for (const name of archive.names.filter((part) => /\.(?:xml|rels)$/i.test(part))) {
    const part = archive.read(name);
    if (part) refuseDeclarations(decodeText(part));
  }
  const { value: html } = await convert(bytes);
  const { body } = parseHtml(`<!doctype html><html><body>${html}</body></html>`);
  const page = pageOfBlocks(1, null, body ? blocksOfHtml(body) : []);
  const facts = officeFacts(archive);
  return { format: 'docx', ...facts, title: facts.title ?? page.headings[0]?.title ?? null, pages: [page] };
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
