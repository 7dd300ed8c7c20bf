import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOSTILE_TEXT, makeGuide, makeLongGuide, makePlace, readWith } from '../../../testkit/study-guide.ts';
import type { StudyGuide } from '../../core/domain/study-guide.ts';
import { writePdf } from './write-pdf.ts';

describe('a PDF', () => {
  let path: string;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-pdf-'));
    path = join(folder, 'guide.pdf');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function make(guide: StudyGuide): Promise<void> {
    await writeFile(path, await writePdf(guide));
  }
  const text = (...args: string[]): string => readWith('pdftotext', [...args, path, '-']);
  const facts = (...args: string[]): string => readWith('pdfinfo', [...args, path]);

  it('holds title, course, who made what, notes, answers and the transcript with its times', async () => {
    await make(makeGuide('Sleep settles memory.'));
    const shown = text('-layout');
    expect(shown).toMatch(/Neuroscience\s+How memory works\s+Date\s+2026-11-23/);
    expect(shown).toContain('Made by extractive (sentences) with the preset exam on 2026-11-23, from version 1');
    expect(shown).toMatch(/• Sleep settles memory\. +03:25 · Slides, p\. 3/);
    expect(shown).toMatch(/Answers\s+1\. +B\. Sleep settles memory\. +03:25/);
    expect(shown).toMatch(/03:25 +Ann: Sleep settles memory\./);
  });

  it('has a title, a language, tags for those who do not see, and the date of its content', async () => {
    await make(makeGuide('Sleep settles memory.', { language: 'de' }));
    expect(facts()).toMatch(/Title: +How memory works/);
    expect(facts()).toMatch(/Tagged: +yes/);
    expect(facts()).toMatch(/CreationDate: .*Nov 23.*2026/);
    expect(facts()).toMatch(/JavaScript: +no/);
    expect(facts('-struct')).toMatch(/Document\s+P[^]*H1[^]*H2/);
    expect((await readFile(path)).includes('/Lang (de)')).toBe(true);
  });

  it('has a table of contents with the pages, and bookmarks', async () => {
    const long = makeLongGuide(3_000).sections.map((section) => ({ ...section, title: 'First recording' }));
    const second = { title: 'Second recording', anchor: 'second', remark: null, blocks: [] };
    await make(makeGuide('', { sections: [...long, second] }));
    const page = Number(/Second recording +(\d+)/.exec(text('-layout', '-l', '1'))?.[1]);
    expect(page).toBeGreaterThan(3);
    expect(text('-f', String(page), '-l', String(page))).toContain('Second recording');
    expect(facts('-dests')).toMatch(new RegExp(`${page} .*"second"`));
    const outline = readWith('pdftohtml', ['-xml', '-i', '-stdout', path]);
    expect(outline).toMatch(/<item page="1">First recording<\/item>\s*<item page="\d+">Second recording<\/item>/);
  });

  it('links times to the web app where its address is known, else to the words in the document', async () => {
    const url = 'https://scholium.example.org/lectures/lec_1?source=src_1&t=205';
    const block = { kind: 'points', items: [{ text: 'It settles.', places: [makePlace({ url })] }] } as const;
    await make(makeGuide('', { sections: [{ title: 'Notes', anchor: 'n', remark: null, blocks: [block] }] }));
    expect(facts('-url')).toContain(url);
    await make(makeGuide('Sleep settles memory.'));
    expect(facts('-url')).not.toContain('http');
    expect(facts('-dests')).toContain('"speech-1-1"');
    expect((await readFile(path, 'latin1')).match(/\(speech-1-1\)/g)?.length).toBeGreaterThan(4);
  });

  it('shows markup, formulas and addresses as the text they are', async () => {
    await make(makeGuide(HOSTILE_TEXT, { title: 'a/b\\c <script>x</script> 😀 ::' }));
    expect(text('-raw')).toContain('<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{c1::gap}}');
    expect(facts('-url')).not.toMatch(/javascript|evil/);
    expect(facts('-js').trim()).toBe('');
    expect(facts()).toContain('Title:           a/b\\c <script>x</script> 😀 ::');
  });

  it.each([
    ['Cyrillic', 'Сон укрепляет память.'],
    ['Greek', 'Ο ύπνος παγιώνει τη μνήμη.'],
    ['Japanese', '睡眠は記憶を固定する。'],
    ['Chinese', '睡眠在记忆巩固中起着重要作用。'],
    ['Korean', '수면은 기억을 강화한다.'],
    ['Thai', 'การนอนหลับ'],
    ['Vietnamese', 'Giấc ngủ củng cố trí nhớ'],
    ['signs of formulas', '∀x∈ℝ: x² ≥ 0 → √2 ≠ 1'],
  ])('is read back in %s', async (_script, words) => {
    await make(makeGuide(words));
    expect(text('-raw')).toContain(words);
    expect(text()).not.toContain('\uFFFD');
  });

  it.each([
    ['Arabic', 'النوم يثبت الذاكرة'],
    ['Hebrew', 'השינה מחזקת את הזיכרון'],
  ])('sets %s from right to left, with the numbers in it from left to right', async (_script, words) => {
    await make(makeGuide(`${words} 42 (ABC)`));
    // pdftotext gives right-to-left words in reading order, between marks of direction.
    const shown = text('-raw').replace(/[\u202A-\u202E]/g, '');
    for (const word of words.split(' ')) expect(shown).toContain(word);
    expect(shown).toContain('42');
    const [first = 0, last = 0] = [words.split(' ')[0], words.split(' ').at(-1)].map((word) =>
      leftEdge(text('-bbox'), word ?? ''),
    );
    expect(first).toBeGreaterThan(last);
  });

  it('shows a sign that no font has as U+FFFD and goes on', async () => {
    await make(makeGuide('before \u{16F00}\u{1E100} after'));
    expect(text('-raw')).toContain('before \uFFFD\uFFFD after');
  });

  it('is made of a guide without notes and words', async () => {
    await make(makeGuide('', { sections: [], facts: [], course: '' }));
    expect(text()).toContain('How memory works');
    await make(makeGuide(''));
    expect(facts()).toMatch(/Pages: +\d/);
  });

  it('breaks a word that is wider than the page', async () => {
    await make(makeGuide(`${'x'.repeat(5_000)} ${'記'.repeat(500)}`));
    const boxes = [...text('-bbox').matchAll(/xMax="([\d.]+)"/g)].map(([, right]) => Number(right));
    expect(Math.max(...boxes)).toBeLessThan(595.28 - 60);
  });
});

/** Of a right-to-left word, in points from the left. Boxes hold letters in the order in which they are seen. */
function leftEdge(boxes: string, word: string): number {
  const seen = [...word].reverse().join('');
  const line = boxes.split('\n').find((candidate) => candidate.includes(`>${seen}<`));
  return Number(/xMin="([\d.]+)"/.exec(line ?? '')?.[1]);
}
