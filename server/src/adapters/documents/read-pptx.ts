import type { ReadDocument } from '../../core/domain/document.ts';
import { readXml, relationsOf } from './archive-xml.ts';
import { damaged } from './document-fault.ts';
import { elementsOf, type HtmlElement } from './html-node.ts';
import { officeFacts } from './office-facts.ts';
import { pageOfBlocks, type Block } from './page-of-blocks.ts';
import type { ZipArchive } from './zip-archive.ts';

const PRESENTATION = 'ppt/presentation.xml';

/** Slides in their order, each a page that is called by its title; what is noted below a slide follows its text. */
export function readPptx(archive: ZipArchive): ReadDocument {
  const presentation = readXml(archive, PRESENTATION);
  if (!presentation) throw damaged('The presentation has no list of its slides. Save it again.');
  const relations = relationsOf(archive, PRESENTATION);
  const slides = elementsOf(presentation, 'p:sldId').flatMap(
    (slide) => relations.get(slide.getAttribute('r:id') ?? '')?.target ?? [],
  );
  const pages = slides.map((part, index) => {
    const { title, blocks } = slideOf(archive, part);
    return pageOfBlocks(index + 1, title, blocks);
  });
  const facts = officeFacts(archive);
  const first = pages[0]?.label ?? null;
  return { format: 'pptx', ...facts, title: facts.title ?? first, pages };
}

function slideOf(archive: ZipArchive, part: string): { title: string | null; blocks: Block[] } {
  const slide = readXml(archive, part);
  if (!slide) return { title: null, blocks: [] };
  const title = elementsOf(slide, 'p:sp').find((shape) => isPlaceholder(shape, /^(?:title|ctrTitle)$/));
  const titleText = title ? paragraphsOf(title).join(' ').trim() : '';
  const blocks: Block[] = titleText === '' ? [] : [{ level: 1, text: titleText }];
  for (const shape of elementsOf(slide, 'p:sp').concat(elementsOf(slide, 'p:graphicFrame'))) {
    if (shape === title || isPlaceholder(shape, /^(?:sldNum|dt|ftr)$/)) continue;
    const rows = elementsOf(shape, 'a:tr');
    const texts = rows.length > 0 ? rows.map(rowOf) : paragraphsOf(shape);
    blocks.push(...texts.map((text) => ({ level: 0, text })));
  }
  blocks.push(...notesOf(archive, part));
  return { title: titleText === '' ? null : titleText, blocks };
}

function notesOf(archive: ZipArchive, part: string): Block[] {
  const relation = [...relationsOf(archive, part).values()].find(({ type }) => type.endsWith('/notesSlide'));
  const notes = relation && readXml(archive, relation.target);
  if (!notes) return [];
  return elementsOf(notes, 'p:sp')
    .filter((shape) => isPlaceholder(shape, /^body$/))
    .flatMap(paragraphsOf)
    .map((text) => ({ level: 0, text }));
}

function isPlaceholder(shape: HtmlElement, type: RegExp): boolean {
  const [placeholder] = elementsOf(shape, 'p:ph');
  return placeholder !== undefined && type.test(placeholder.getAttribute('type') ?? '');
}

function rowOf(row: HtmlElement): string {
  return elementsOf(row, 'a:tc')
    .map((cell) => paragraphsOf(cell).join(' '))
    .join(' | ');
}

function paragraphsOf(shape: HtmlElement): string[] {
  return elementsOf(shape, 'a:p')
    .map((paragraph) => {
      let text = '';
      for (const child of paragraph.children) {
        if (child.tagName === 'a:br') text += ' ';
        else for (const run of elementsOf(child, 'a:t')) text += run.textContent ?? '';
      }
      return text;
    })
    .filter((text) => text.trim() !== '');
}
