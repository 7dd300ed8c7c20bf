import { fileURLToPath } from 'node:url';

export type FontStyle = 'regular' | 'bold' | 'italic';

const folder = new URL('../../../fonts/', import.meta.url);

/** The text itself. */
const TEXT_FONTS: Readonly<Record<FontStyle, string>> = {
  regular: 'NotoSans-Regular',
  bold: 'NotoSans-Bold',
  italic: 'NotoSans-Italic',
};
/** For what the text font has not, in this order. The last two hold symbols, and all of Chinese, Japanese and Korean. */
const FURTHER_FONTS = [
  'NotoSansArabic-Regular',
  'NotoSansHebrew-Regular',
  'NotoSansDevanagari-Regular',
  'NotoSansBengali-Regular',
  'NotoSansTamil-Regular',
  'NotoSansThai-Regular',
  'DejaVuSans',
  'WenQuanYiMicroHei',
] as const;
/** A collection of fonts, in a file of another name. */
const COLLECTION = { font: 'WenQuanYiMicroHei', file: 'wqy-microhei.ttc' } as const;
const REPLACEMENT = '\uFFFD';

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

/** What is used of pdfkit's font, which its types do not show. */
interface OpenFont {
  widthOfString(text: string, size: number): number;
  readonly font: { hasGlyphForCodePoint(codePoint: number): boolean };
}

/** A stretch of text in one font. */
export interface FontRun {
  readonly font: string;
  readonly text: string;
}

/** The fonts of one document, opened when the first character needs them; only the glyphs used are embedded. */
export class FontSet {
  readonly #document: PDFKit.PDFDocument;
  readonly #open = new Map<string, OpenFont>();
  readonly #chosen = new Map<string, string | null>();

  constructor(document: PDFKit.PDFDocument) {
    this.#document = document;
    for (const name of [...Object.values(TEXT_FONTS), ...FURTHER_FONTS]) {
      if (name === COLLECTION.font) document.registerFont(name, pathOf(COLLECTION.file), name);
      else document.registerFont(name, pathOf(`${name}.ttf`));
    }
  }

  /** In points. */
  width(font: string, text: string, size: number): number {
    return this.#opened(font).widthOfString(text, size);
  }

  /**
   * Text cut where the font changes. A character that no font has is shown as U+FFFD; marks and joiners stay with the
   * character before them, and invisible ones that mean nothing to the font are left out.
   */
  runs(text: string, style: FontStyle): FontRun[] {
    const runs: { font: string; text: string }[] = [];
    for (const character of text) {
      const last = runs.at(-1);
      if (last && /^[\p{M}\u200C\u200D]$/u.test(character) && this.#has(last.font, character)) {
        last.text += character;
        continue;
      }
      if (/^[\p{Cf}\p{Cc}]$/u.test(character)) continue;
      const font = this.#fontOf(character, style);
      const shown = font === null ? REPLACEMENT : character;
      const name = font ?? 'DejaVuSans';
      if (last?.font === name) last.text += shown;
      else runs.push({ font: name, text: shown });
    }
    return runs;
  }

  /** Null when no font has it. */
  #fontOf(character: string, style: FontStyle): string | null {
    const key = `${style}${character}`;
    const known = this.#chosen.get(key);
    if (known !== undefined) return known;
    const font = [TEXT_FONTS[style], ...FURTHER_FONTS].find((name) => this.#has(name, character)) ?? null;
    this.#chosen.set(key, font);
    return font;
  }

  #has(font: string, character: string): boolean {
    return this.#opened(font).font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
  }

  #opened(name: string): OpenFont {
    const known = this.#open.get(name);
    if (known) return known;
    this.#document.font(name);
    const { _font: opened } = this.#document as unknown as { _font: OpenFont }; // the font just chosen, not in the types
    this.#open.set(name, opened);
    return opened;
  }
}
