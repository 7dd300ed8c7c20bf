import { DocumentFault } from './document-fault.ts';
import { decodeText } from './decode-text.ts';
import { parseXml, type HtmlDocument } from './html-node.ts';
import type { ZipArchive } from './zip-archive.ts';

/** A file of an archive as XML; null when there is none of this name. @throws DocumentFault as `refuseDeclarations` */
export function readXml(archive: ZipArchive, name: string): HtmlDocument | null {
  const bytes = archive.read(name);
  if (bytes === null) return null;
  const text = decodeText(bytes);
  refuseDeclarations(text);
  return parseXml(text.replace(/^\uFEFF/, ''));
}

/** Documents of Office declare no types and no entities: those that do are attacks on their readers. */
export function refuseDeclarations(xml: string): void {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) {
    throw new DocumentFault(
      'document_damaged',
      'The document declares types of its own, which no word processor does. Save it again.',
    );
  }
}

/** What a part of an Office file points to, by id: `rId1` -> `ppt/slides/slide1.xml`. Addresses outside the archive are left out. */
export function relationsOf(archive: ZipArchive, part: string): ReadonlyMap<string, { type: string; target: string }> {
  const slash = part.lastIndexOf('/');
  const rels = readXml(archive, `${part.slice(0, slash)}/_rels/${part.slice(slash + 1)}.rels`);
  const found = new Map<string, { type: string; target: string }>();
  for (const relation of rels?.querySelectorAll('Relationship') ?? []) {
    const [id, target] = [relation.getAttribute('Id'), relation.getAttribute('Target')];
    if (id === null || target === null || relation.getAttribute('TargetMode') === 'External') continue;
    found.set(id, { type: relation.getAttribute('Type') ?? '', target: resolvePart(part, target) });
  }
  return found;
}

/** A name inside the archive, from another: only ever looked up in the archive. */
export function resolvePart(from: string, target: string): string {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
