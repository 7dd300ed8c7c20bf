import type { ReadDocument } from '../../core/domain/document.ts';
import { readXml } from './archive-xml.ts';
import { isoDate, languageOf, shownValue } from './metadata-values.ts';
import type { ZipArchive } from './zip-archive.ts';

/** What an Office file says of itself (`docProps/core.xml`, ISO 29500-2). */
export function officeFacts(archive: ZipArchive): Pick<ReadDocument, 'title' | 'author' | 'publishedAt' | 'language'> {
  const core = readXml(archive, 'docProps/core.xml');
  const value = (name: string): string | null => {
    for (const child of core?.documentElement?.children ?? []) if (child.tagName === name) return child.textContent;
    return null;
  };
  return {
    title: shownValue(value('dc:title')),
    author: shownValue(value('dc:creator')),
    publishedAt: isoDate(value('dcterms:created')),
    language: languageOf(value('dc:language')),
  };
}
