import Pdf from 'pdfkit';
import type { GuideSection, StudyGuide } from '../../core/domain/study-guide.ts';
import { drawContents, reserveContents, type ContentsEntry } from './contents.ts';
import { drawBlock, type BlockDrawer } from './draw-blocks.ts';
import { ACCENT, INK, MUTED, PAGE, PageWriter, TEXT_WIDTH, WHOLE } from './page-writer.ts';
import type { Span } from './text-lines.ts';

type Outline = PDFKit.PDFOutline;

/** Typesets a guide. The same guide gives the same bytes. */
export async function writePdf(guide: StudyGuide): Promise<Uint8Array> {
  const document = new Pdf({
    size: 'A4',
    margins: { top: 0, bottom: 0, left: 0, right: 0 },
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    lang: guide.language === 'und' ? 'en' : guide.language,
    displayTitle: true,
    info: { Title: guide.title, Subject: guide.course, Creator: 'Scholium', CreationDate: new Date(guide.madeAt) },
  });
  const done = collect(document);
  const root = document.struct('Document');
  document.addStructure(root);
  const writer = new PageWriter(document);
  const taggedIn =
    (parent: PDFKit.PDFStructureElement): BlockDrawer['tagged'] =>
    (type, draw) =>
      void parent.add(document.struct(type, {}, [draw]));
  const tagged = taggedIn(root);

  drawTitle(writer, guide, tagged);
  const entries = entriesOf(guide);
  // A list of one thing, right above it, tells nothing.
  const contents = reserveContents(writer, entries.length > 1 ? entries : []);
  // It is drawn last and read first.
  const list = document.struct('TOC');
  root.add(list);
  const pages = new Map<string, number>();
  for (const section of guide.sections) drawSection({ writer, tagged, pages }, section);
  drawContents(writer, contents, pages, taggedIn(list));
  root.end();
  drawFooters(document, writer, guide.title);
  document.end();
  return done;
}

function entriesOf({ sections }: StudyGuide): ContentsEntry[] {
  return sections.flatMap(({ title, anchor, blocks }) => [
    { title, anchor, level: 1 },
    ...blocks.flatMap((block) => (block.kind === 'heading' ? [{ title: block.title, anchor: block.anchor, level: 2 }] : [])),
  ]);
}

function span(text: string, over: Partial<Span>): Span {
  return { text, style: 'regular', size: 10, color: INK, ...over };
}

function drawTitle(writer: PageWriter, { title, course, facts }: StudyGuide, tagged: BlockDrawer['tagged']): void {
  writer.space(18);
  if (course !== '') tagged('P', () => writer.write([span(course, { color: ACCENT, style: 'bold', size: 10.5 })]));
  writer.space(2);
  tagged('H1', () => writer.write([span(title, { style: 'bold', size: 24 })]));
  writer.space(8);
  const [left, right] = [
    { x: PAGE.left, width: 90 },
    { x: PAGE.left + 92, width: TEXT_WIDTH - 92 },
  ];
  for (const { label, text } of facts) {
    tagged('P', () => {
      const lines = writer.layOut([span(text, { size: 9.5 })], right);
      writer.ensure(writer.heightOf(lines));
      const [name] = writer.layOut([span(label, { color: MUTED, size: 9.5 })], left);
      if (name) writer.drawLine(name, left, writer.y);
      writer.draw(lines, right);
    });
  }
  writer.space(16);
  writer.rule();
  writer.space(14);
}

function drawSection(
  { writer, tagged, pages }: { writer: PageWriter; tagged: BlockDrawer['tagged']; pages: Map<string, number> },
  { title, anchor, remark, blocks }: GuideSection,
): void {
  const lines = writer.layOut([span(title, { style: 'bold', size: 16 })], WHOLE);
  writer.ensure(26 + writer.heightOf(lines) + 70);
  if (writer.y > PAGE.top) writer.space(26);
  writer.anchor(anchor);
  pages.set(anchor, writer.page);
  const bookmark: Outline = writer.document.outline.addItem(title, { top: writer.y - 8, expanded: false } as object); // `top` is newer than the types
  tagged('H1', () => writer.draw(lines, WHOLE));
  writer.space(2);
  if (remark !== null) tagged('P', () => writer.write([span(remark, { color: MUTED, size: 8.5 })]));
  writer.space(8);
  const onHeading: BlockDrawer['onHeading'] = (heading, name) => {
    writer.anchor(name);
    pages.set(name, writer.page);
    bookmark.addItem(heading, { top: writer.y - 8 } as object); // as above
  };
  if (blocks.length === 0) tagged('P', () => writer.write([span('Nothing here.', { color: MUTED })]));
  for (const block of blocks) drawBlock({ writer, tagged, onHeading }, block);
}

/** The lecture at the left, the page at the right. */
function drawFooters(document: PDFKit.PDFDocument, writer: PageWriter, title: string): void {
  const { start, count } = document.bufferedPageRange();
  const left = { x: PAGE.left, width: TEXT_WIDTH - 70 };
  const [name] = writer.layOut([span(title, { color: MUTED, size: 8 })], left);
  for (let page = 0; page < count; page += 1) {
    document.switchToPage(start + page);
    document.markContent('Artifact', { type: 'Pagination' });
    const [number] = writer.layOut([span(`${page + 1} / ${count}`, { color: MUTED, size: 8 })], WHOLE);
    const top = PAGE.height - 46;
    if (name) writer.drawLine(name, left, top);
    if (number) writer.drawLine(number, { x: PAGE.left + TEXT_WIDTH - number.width, width: number.width }, top);
    document.endMarkedContent();
  }
}

function collect(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const blocks: Buffer[] = [];
    document.on('data', (block: Buffer) => blocks.push(block));
    document.on('end', () => resolve(Buffer.concat(blocks)));
    document.on('error', reject);
  });
}
