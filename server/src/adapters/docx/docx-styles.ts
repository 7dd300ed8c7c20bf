import { LineRuleType, type IStylesOptions } from 'docx';
import { ACCENT, MUTED } from './docx-text.ts';

const INK = '1C2128';
/** Fonts that Word and LibreOffice have or replace by one of the same widths; by script, so that no text is without. */
const FONT = { ascii: 'Calibri', hAnsi: 'Calibri', cs: 'Arial', eastAsia: 'Microsoft YaHei' } as const;
/** Where text begins beside times, and beside the names of facts. */
export const TIME_TAB = 900;
export const FACT_TAB = 1_500;
const AUTO = LineRuleType.AUTO;

/** Sizes are half points, distances twentieths of a point. */
export function documentStyles(language: string): IStylesOptions {
  return {
    default: {
      document: {
        run: { font: FONT, size: 21, color: INK, language: { value: language, eastAsia: language, bidirectional: language } },
        paragraph: { spacing: { line: 290, lineRule: AUTO, after: 100 } },
      },
      title: { run: { size: 46, bold: true, font: FONT }, paragraph: { spacing: { after: 160, line: 252, lineRule: AUTO } } },
      heading1: {
        run: { size: 32, bold: true, color: INK, font: FONT },
        paragraph: { spacing: { before: 520, after: 40 }, keepNext: true },
      },
      heading2: {
        run: { size: 24, bold: true, color: INK, font: FONT },
        paragraph: { spacing: { before: 280, after: 60 }, keepNext: true },
      },
    },
    paragraphStyles: [
      {
        id: 'Course',
        name: 'Course',
        basedOn: 'Normal',
        run: { color: ACCENT, bold: true },
        paragraph: { spacing: { after: 20 } },
      },
      {
        id: 'Fact',
        name: 'Fact',
        basedOn: 'Normal',
        paragraph: {
          spacing: { after: 0 },
          indent: { left: FACT_TAB, hanging: FACT_TAB },
        },
      },
      {
        id: 'Remark',
        name: 'Remark',
        basedOn: 'Normal',
        run: { color: MUTED, size: 17 },
        paragraph: { spacing: { after: 160 } },
      },
      { id: 'Item', name: 'Item', basedOn: 'Normal', paragraph: { spacing: { after: 80 } } },
      { id: 'Choice', name: 'Choice', basedOn: 'Normal', paragraph: { spacing: { after: 20 }, indent: { left: 800 } } },
      {
        id: 'Speech',
        name: 'Speech',
        basedOn: 'Normal',
        paragraph: { indent: { left: TIME_TAB, hanging: TIME_TAB } },
      },
    ],
    characterStyles: [
      { id: 'Place', name: 'Place', run: { color: MUTED, size: 18 } },
      { id: 'PlaceLink', name: 'Place link', run: { color: ACCENT, size: 18 } },
      { id: 'Label', name: 'Label', run: { color: MUTED, size: 18 } },
    ],
  };
}
