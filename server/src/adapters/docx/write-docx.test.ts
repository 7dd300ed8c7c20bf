import { strFromU8, unzipSync } from 'fflate';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOSTILE_TEXT, makeGuide, makePlace, readWith } from '../../../testkit/study-guide.ts';
import type { StudyGuide } from '../../core/domain/study-guide.ts';
import { writeDocx } from './write-docx.ts';

describe('a Word document', () => {
  let path: string;
  let folder: string;
  let parts: Record<string, Uint8Array>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-docx-'));
    path = join(folder, 'guide.docx');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function make(guide: StudyGuide): Promise<void> {
    const bytes = await writeDocx(guide);
    parts = unzipSync(bytes);
    await writeFile(path, bytes);
  }
  const part = (name: string): string => strFromU8(parts[name] ?? new Uint8Array());
  const read = (format: string): string => readWith('pandoc', ['-f', 'docx', '-t', format, '--wrap=none', path]);

  it('holds title, headings, notes, answers and the transcript with its times', async () => {
    await make(makeGuide('Sleep settles memory.'));
    const shown = read('plain');
    expect(shown).toContain('Made by extractive (sentences) with the preset exam on 2026-11-23');
    expect(shown).toMatch(/Sleep settles memory\.\s+03:25 · Slides, p\. 3/);
    expect(shown).toMatch(/Answers\s+1\. +B\. Sleep settles memory/);
    expect(shown).toMatch(/03:25\s+Ann: Sleep settles memory/);
    const markdown = read('gfm');
    expect(markdown).toMatch(/^# Outline/m);
    expect(markdown).toMatch(/^## The first part/m);
    expect(markdown).toMatch(/^# Transcript/m);
  });

  it('has styles, a title, a language and a table of key terms', async () => {
    await make(makeGuide('Sleep settles memory.', { language: 'de-DE' }));
    expect(part('docProps/core.xml')).toContain('<dc:title>How memory works</dc:title>');
    expect(part('word/styles.xml')).toMatch(/<w:lang [^>]*w:val="de-DE"/);
    expect(part('word/document.xml')).toContain('<w:pStyle w:val="Heading1"/>');
    expect(part('word/document.xml')).toContain('<w:tblHeader');
    expect(read('html')).toMatch(/<th[^>]*>Term<\/th>/);
  });

  it('has a table of contents that is there before Word makes it', async () => {
    await make(makeGuide('Sleep settles memory.'));
    const document = part('word/document.xml');
    expect(document).toContain('TOC \\h');
    const contents = document.slice(0, document.indexOf('</w:sdtContent>'));
    for (const title of ['Outline', 'The first part', 'Key terms', 'Transcript']) expect(contents).toContain(title);
  });

  it.each([
    ['knows them', 'Sleep settles memory. Сон. 睡眠', /<w:t[^>]*>\d+<\/w:t>/, false],
    ['cannot know them', '∀x∈ℝ → √2', /w:dirty="true"/, true],
  ])('has page numbers in its contents where it %s, else asks Word for them', async (_when, words, expected, asks) => {
    await make(makeGuide(words));
    const document = part('word/document.xml');
    const contents = document.slice(document.indexOf('TOC \\h') - 200, document.indexOf('</w:sdtContent>'));
    expect(contents).toMatch(expected);
    expect(contents.includes('w:dirty="true"')).toBe(asks);
  });

  it('links times to the web app where its address is known, else to the words in the document', async () => {
    const url = 'https://scholium.example.org/lectures/lec_1?source=src_1&t=205';
    const block = { kind: 'points', items: [{ text: 'It settles.', places: [makePlace({ url })] }] } as const;
    await make(makeGuide('', { sections: [{ title: 'Notes', anchor: 'n', remark: null, blocks: [block] }] }));
    expect(read('gfm')).toContain(`[03:25](${url})`);
    await make(makeGuide('Sleep settles memory.'));
    expect(part('word/_rels/document.xml.rels')).not.toContain('http://evil');
    expect(part('word/document.xml')).toContain('<w:hyperlink w:history="1" w:anchor="speech_1_1"');
    expect(part('word/document.xml')).toMatch(/<w:bookmarkStart w:name="speech_1_1"/);
  });

  it('shows markup, fields and addresses as the text they are', async () => {
    await make(makeGuide(`${HOSTILE_TEXT} \u0000\u0007\uFFFE`, { title: 'a/b\\c <script>x</script> 😀 ::' }));
    expect(read('plain')).toContain('<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{c1::gap}}');
    const links = Object.keys(parts)
      .filter((name) => name.endsWith('.rels'))
      .map(part)
      .join('');
    expect(links).not.toMatch(/javascript|evil/);
    // The only fields are the contents and the pages.
    const fields = [...part('word/document.xml').matchAll(/<w:instrText[^>]*>([^<]*)</g)].map(
      ([, code]) => code?.trim().split(' ')[0],
    );
    expect(new Set(fields).difference(new Set(['TOC', 'PAGEREF']))).toEqual(new Set());
  });

  it.each(['السلام عليكم 42', 'שלום עולם', '睡眠は記憶を固定する。', '수면은 기억을', 'Сон укрепляет память', '😀 ∀x∈ℝ'])(
    'is read back: %s',
    async (words) => {
      await make(makeGuide(words));
      expect(read('plain')).toContain(words);
      expect(part('word/document.xml').includes('<w:bidi/>')).toBe(/\p{Script=Arabic}|\p{Script=Hebrew}/u.test(words));
    },
  );

  it('is made of a guide without notes and words', async () => {
    await make(makeGuide('', { sections: [], facts: [], course: '' }));
    expect(part('word/document.xml')).toContain('How memory works');
    await make(makeGuide(''));
    expect(read('plain')).toContain('Transcript');
  });
});
