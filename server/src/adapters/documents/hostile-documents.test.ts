import { strToU8, zipSync, type Zippable } from 'fflate';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf } from '../../../testkit/processes.ts';
import type { ReadDocument } from '../../core/domain/document.ts';
import { createDocumentReader } from './document-reader.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const reader = createDocumentReader();
let count = 0;

async function fileOf(content: string | Uint8Array, fileName: string) {
  const path = join(folder, `file-${count++}`);
  await writeFile(path, content);
  return { path, fileName, mediaType: null, url: null };
}

async function read(content: string | Uint8Array, fileName: string, with_ = reader): Promise<ReadDocument> {
  return with_.read(await fileOf(content, fileName), never);
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const RELS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

function docx(body: string, more: Zippable = {}): Uint8Array {
  return zipSync({
    '[Content_Types].xml': strToU8(
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ),
    '_rels/.rels': strToU8(
      `<?xml version="1.0"?><Relationships xmlns="${RELS}"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    ),
    'word/document.xml': strToU8(`<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>`),
    ...more,
  });
}

const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

function epub(chapter: string, more: Zippable = {}): Uint8Array {
  return zipSync({
    mimetype: strToU8('application/epub+zip'),
    'META-INF/container.xml': strToU8('<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'),
    'book.opf': strToU8(
      '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Tides</dc:title><dc:creator>Ann</dc:creator><dc:language>en-GB</dc:language></metadata><manifest><item id="c" href="c.xhtml"/><item id="up" href="../../../etc/passwd"/></manifest><spine><itemref idref="up"/><itemref idref="c"/></spine></package>',
    ),
    'c.xhtml': strToU8(`<html><head><title>x</title></head><body>${chapter}</body></html>`),
    ...more,
  });
}

/** A PDF with one page, written by hand; its cross-references are wrong on purpose, so readers look for the objects. */
function pdf(content: string, more = '', catalog = ''): string {
  return [
    '%PDF-1.4',
    `1 0 obj<</Type/Catalog/Pages 2 0 R${catalog}>>endobj`,
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj',
    `4 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj`,
    '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj',
    more,
    'trailer<</Root 1 0 R>>',
    '%%EOF',
  ].join('\n');
}

const words = (text: string): string => `BT /F1 12 Tf 20 200 Td (${text}) Tj ET`;

describe('documents that mean harm', () => {
  it('have pictures and links to files of this machine left out, and nothing of them read', async () => {
    const rels = `<?xml version="1.0"?><Relationships xmlns="${RELS}"><Relationship Id="rId9" Type="${OFFICE}/image" Target="file:///etc/passwd" TargetMode="External"/></Relationships>`;
    const drawing =
      '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rId9"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>';
    const document = docx(paragraph('Tides turn.') + drawing, { 'word/_rels/document.xml.rels': strToU8(rels) });
    expect((await read(document, 'a.docx')).pages[0]?.text).toBe('Tides turn.');
  });

  it('declare no entities: neither files nor a billion laughs', async () => {
    const declared = zipSync({
      ...Object.fromEntries(['[Content_Types].xml', '_rels/.rels'].map((name) => [name, strToU8('<x/>')])),
      'word/document.xml': strToU8(
        `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><w:document ${W}><w:body>${paragraph('&b;&f;')}</w:body></w:document>`,
      ),
    });
    await expect(read(declared, 'a.docx')).rejects.toMatchObject({ code: 'document_damaged' });
  });

  it('grow no further than the limits when they are unpacked, whatever they claim', async () => {
    const bomb = docx(paragraph('x'), { 'word/styles.xml': new Uint8Array(64 * 1024 * 1024) });
    await expect(read(bomb, 'a.docx')).rejects.toMatchObject({ code: 'document_too_large' });
    const book = epub('<p>x</p>'.repeat(10), {
      'c.xhtml': strToU8(`<html><body>${'<p>tide</p>'.repeat(4_000_000)}</body></html>`),
    });
    await expect(read(book, 'a.epub')).rejects.toMatchObject({ code: 'document_too_large' });
    const many = zipSync(Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`word/${i}.xml`, new Uint8Array(0)])));
    await expect(read(many, 'a.docx')).rejects.toMatchObject({ code: 'document_too_large' });
  });

  it('name what lies outside the archive in vain', async () => {
    const book = await read(epub('<h1>One</h1><p>Tides turn.</p>'), 'a.epub');
    expect(book).toMatchObject({ title: 'Tides', author: 'Ann', language: 'en' });
    expect(book.pages).toMatchObject([{ number: 1, label: 'One', text: 'One\n\nTides turn.' }]);
  });

  it('are copy-protected or encrypted, and say so', async () => {
    const locked = epub('<p>x</p>', {
      'META-INF/encryption.xml': strToU8(
        '<encryption><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/></encryption>',
      ),
    });
    await expect(read(locked, 'a.epub')).rejects.toMatchObject({ code: 'document_protected' });
    const encrypted = pdf(
      words('x'),
      '6 0 obj<</Filter/Standard/V 1/R 2/O(01234567890123456789012345678901)/U(01234567890123456789012345678901)/P -4>>endobj',
    ).replace('/Root 1 0 R', '/Root 1 0 R/Encrypt 6 0 R/ID[(a)(a)]');
    await expect(read(encrypted, 'a.pdf')).rejects.toMatchObject({ code: 'document_protected' });
  });

  it('run no script', async () => {
    const scripted = pdf(
      words('Tides turn.'),
      '6 0 obj<</S/JavaScript/JS(app.alert(1); this.x = 1)>>endobj',
      '/OpenAction 6 0 R',
    );
    expect((await read(scripted, 'a.pdf')).pages).toMatchObject([{ text: 'Tides turn.' }]);
    const page = '<!doctype html><body><p>Tides turn.</p><script>while (true) {}</script><p onclick="x()">Twice.</p>';
    expect((await read(page, 'a.html')).pages[0]?.text).toBe('Tides turn.\n\nTwice.');
  });

  it('have only pictures on their pages, and say so', async () => {
    await expect(read(pdf('0 0 100 100 re f'), 'scan.pdf')).rejects.toMatchObject({ code: 'document_no_text' });
  });

  it('are something else than their name says', async () => {
    const html = await reader.sniff(await fileOf('<!doctype html><html><body><p>x</p></body></html>', 'a.pdf'));
    expect(html?.format).toBe('html');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    expect(await reader.sniff(await fileOf(svg, 'a.pdf'))).toBeNull();
    expect(await reader.sniff(await fileOf(Buffer.from('PK\u0003\u0004garbage'), 'a.zip'))).toBeNull();
  });

  it('loop, lie about their length or break off, and end in an error or in text, never in a hang', async () => {
    const loop = pdf(words('x')).replace('/Kids[3 0 R]', '/Kids[2 0 R 3 0 R]');
    const odd = [
      loop,
      pdf(words('x')).slice(0, 200),
      '%PDF-1.7\n',
      `%PDF-1.4\n${'['.repeat(100_000)}`,
      pdf('BT '.repeat(50_000)),
    ];
    for (const content of odd) {
      const outcome = await read(content, 'a.pdf').then(
        ({ format }) => format,
        (error: { code: string }) => error.code,
      );
      expect(outcome).toMatch(/^(?:pdf|document_(?:damaged|no_text|too_large))$/);
    }
  });

  it('nest too deeply to be read, and say so at once', async () => {
    for (const [fileName, content] of [
      ['a.html', '<div>'.repeat(200_000)],
      ['a.md', '> '.repeat(50_000)],
    ] as const) {
      const outcome = await read(`${content}deep`, fileName).then(
        () => 'text',
        (error: { code: string }) => error.code,
      );
      expect(['text', 'document_too_large']).toContain(outcome);
    }
  });

  it('are stopped at their limit of time, alone, and leave no process behind', async () => {
    const slow = createDocumentReader({ limits: { wallMs: 1 } });
    const [first, second] = await Promise.allSettled([read('Some words.', 'a.txt', slow), read('Other words.', 'b.txt')]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'document_too_large' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
    expect(await childrenOf(process.pid, /read-process/)).toEqual([]);
  });

  it('are refused when they are larger than is read', async () => {
    const small = createDocumentReader({ limits: { fileBytes: 10 } });
    await expect(read('More than ten bytes.', 'a.txt', small)).rejects.toMatchObject({ code: 'document_too_large' });
  });
});

describe('slides', () => {
  it('are pages in their order, called by their titles, with tables and notes', async () => {
    const P =
      'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
    const shape = (type: string, ...texts: string[]): string =>
      `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${type}"/></p:nvPr></p:nvSpPr><p:txBody>${texts.map((text) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`).join('')}</p:txBody></p:sp>`;
    const slide = (title: string, ...texts: string[]): Uint8Array =>
      strToU8(
        `<p:sld ${P}><p:cSld><p:spTree>${shape('body', ...texts)}${shape('title', title)}${shape('sldNum', '7')}</p:spTree></p:cSld></p:sld>`,
      );
    const rel = (id: string, type: string, target: string): string =>
      `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
    const deck = zipSync({
      'ppt/presentation.xml': strToU8(
        `<p:presentation ${P}><p:sldIdLst><p:sldId r:id="r2"/><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>`,
      ),
      'ppt/_rels/presentation.xml.rels': strToU8(
        `<Relationships xmlns="${RELS}">${rel('r1', 'slide', 'slides/slide1.xml')}${rel('r2', 'slide', 'slides/slide2.xml')}</Relationships>`,
      ),
      'ppt/slides/slide1.xml': slide('Second', 'Neap tides'),
      'ppt/slides/slide2.xml': slide('First', 'Spring tides', 'Moon and sun'),
      'ppt/slides/_rels/slide2.xml.rels': strToU8(
        `<Relationships xmlns="${RELS}">${rel('n', 'notesSlide', '../notesSlides/n1.xml')}</Relationships>`,
      ),
      'ppt/notesSlides/n1.xml': strToU8(`<p:notes ${P}>${shape('body', 'Say it slowly.')}</p:notes>`),
    });
    const { pages, title } = await read(deck, 'a.pptx');
    expect(title).toBe('First');
    expect(pages.map(({ number, label, text }) => [number, label, text])).toEqual([
      [1, 'First', 'First\n\nSpring tides\n\nMoon and sun\n\nSay it slowly.'],
      [2, 'Second', 'Second\n\nNeap tides'],
    ]);
  });
});

describe('captions', () => {
  it('are read with who speaks, tags and settings gone', async () => {
    const text = 'WEBVTT\n\n1\n00:01.000 --> 00:02.000 align:start\n<v Ann>The <b>moon</b></v> pulls.\n';
    const captions = await reader.readCaptions(await fileOf(text, 'a.vtt'), never);
    expect(captions).toEqual([{ startMs: 1_000, endMs: 2_000, speaker: 'Ann', text: 'The moon pulls.' }]);
    await expect(reader.readCaptions(await fileOf('WEBVTT\n\n', 'a.vtt'), never)).rejects.toMatchObject({
      code: 'document_no_text',
    });
  });
});
