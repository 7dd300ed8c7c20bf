import {
  Bookmark,
  ExternalHyperlink,
  InternalHyperlink,
  Paragraph,
  Tab,
  TextRun,
  type IParagraphOptions,
  type IRunOptions,
} from 'docx';
import type { Place } from '../../core/domain/study-guide.ts';

export const ACCENT = '1D5FB4';
export const MUTED = '667080';

/** What a paragraph is made of. */
export type Inline = TextRun | ExternalHyperlink | InternalHyperlink | Bookmark;

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const FIRST_LETTER = /\p{L}/u;
/** Not allowed in XML, and signs that turn text round. */
const FORBIDDEN = /[\p{Cc}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]/gu;

/** Text as it is: the library escapes it, and nothing in it is a field. */
export function run(text: string, options: IRunOptions = {}): TextRun {
  const clean = text.toWellFormed().replace(FORBIDDEN, '');
  return new TextRun({ ...options, text: clean, ...(RIGHT_TO_LEFT.test(clean) ? { rightToLeft: true } : {}) });
}

/** To the next tab stop; a tab in text is a space. */
export function tab(): TextRun {
  return new TextRun({ children: [new Tab()] });
}

/** A paragraph that begins at the side where its first letter does. */
export function paragraph(text: string, children: readonly Inline[], options: IParagraphOptions = {}): Paragraph {
  const first = FIRST_LETTER.exec(text)?.[0] ?? '';
  return new Paragraph({ ...options, children: [...children], ...(RIGHT_TO_LEFT.test(first) ? { bidirectional: true } : {}) });
}

/** `  03:25 · 04:10`, each a link. */
export function placeRuns(places: readonly Place[]): Inline[] {
  return places.flatMap((place, index) => [run(index === 0 ? '  ' : ' · ', { style: 'Place' }), placeLink(place)]);
}

export function placeLink({ label, url, anchor }: Place): Inline {
  const children = [run(label, { style: url === null && anchor === null ? 'Place' : 'PlaceLink' })];
  if (url !== null) return new ExternalHyperlink({ link: url, children });
  if (anchor !== null) return new InternalHyperlink({ anchor: bookmarkName(anchor), children });
  return children[0] ?? run(label);
}

export function bookmark(anchor: string, children: readonly TextRun[]): Bookmark {
  return new Bookmark({ id: bookmarkName(anchor), children: [...children] });
}

/** Word takes letters, digits and underscores, at most 40. */
function bookmarkName(anchor: string): string {
  return anchor.replace(/[^A-Za-z0-9]/g, '_').slice(0, 40);
}
