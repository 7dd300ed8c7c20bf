import type { CardContent } from '../../core/domain/card-deck.ts';
import { fieldHtml } from './field-html.ts';

const CSS = `.card { font-family: -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; font-size: 20px; line-height: 1.45;
  text-align: left; max-width: 34em; margin: 1em auto; padding: 0 1em; color: #1c2128; background: #fff; }
.card.nightMode, .card.night_mode { color: #e6e9ee; background: #1f2329; }
.answer { font-weight: 600; }
.source { margin-top: 1.4em; font-size: 14px; color: #667080; }
.source a { color: #4d8fe0; text-decoration: none; }
.cloze { font-weight: 600; color: #4d8fe0; }
ol { padding-left: 1.4em; } li { margin: .25em 0; }
hr { border: 0; border-top: 1px solid #c9cfd8; margin: 1.1em 0; }`;

const FOOT = '{{Sound}}<div class="source">{{Source}}</div>';

export interface NoteType {
  /** Never changes: by it Anki knows the type of notes that it has already. Milliseconds of a day, as Anki makes them. */
  readonly id: number;
  readonly name: string;
  readonly isCloze: boolean;
  readonly fields: readonly string[];
  readonly question: string;
  readonly answer: string;
}

export const noteTypes: Readonly<Record<CardContent['kind'], NoteType>> = {
  basic: {
    id: 1_763_900_000_001,
    name: 'Scholium question',
    isCloze: false,
    fields: ['Front', 'Back', 'Sound', 'Source'],
    question: '{{Front}}',
    answer: `{{FrontSide}}<hr id="answer"><div class="answer">{{Back}}</div>${FOOT}`,
  },
  cloze: {
    id: 1_763_900_000_002,
    name: 'Scholium cloze',
    isCloze: true,
    fields: ['Text', 'Sound', 'Source'],
    question: '{{cloze:Text}}',
    answer: `{{cloze:Text}}${FOOT}`,
  },
  choice: {
    id: 1_763_900_000_003,
    name: 'Scholium multiple choice',
    isCloze: false,
    fields: ['Question', 'Options', 'Answer', 'Sound', 'Source'],
    question: '{{Question}}{{Options}}',
    answer: `{{FrontSide}}<hr id="answer"><div class="answer">{{Answer}}</div>${FOOT}`,
  },
};

/** The fields of a note before sound and source, as HTML. */
export function contentFields(content: CardContent): string[] {
  switch (content.kind) {
    case 'basic':
      return [fieldHtml(content.front), fieldHtml(content.back)];
    case 'cloze':
      return [`${fieldHtml(content.before)}{{c1::${fieldHtml(content.answer)}}}${fieldHtml(content.after)}`];
    case 'choice': {
      const items = content.options.map((option) => `<li>${fieldHtml(option)}</li>`).join('');
      const index = content.options.indexOf(content.answer);
      const letter = index >= 0 ? `${String.fromCharCode(65 + (index % 26))}. ` : '';
      return [fieldHtml(content.question), `<ol type="A">${items}</ol>`, `${letter}${fieldHtml(content.answer)}`];
    }
  }
}

/** The note type as the collection keeps it. */
export function modelOf(type: NoteType, deckId: number, modifiedS: number): object {
  return {
    id: type.id,
    name: type.name,
    type: type.isCloze ? 1 : 0,
    mod: modifiedS,
    usn: -1,
    sortf: 0,
    did: deckId,
    css: CSS,
    latexPre: '\\documentclass[12pt]{article}\n\\begin{document}\n',
    latexPost: '\\end{document}',
    latexsvg: false,
    req: type.isCloze ? undefined : [[0, 'any', [0]]],
    tags: [],
    vers: [],
    flds: type.fields.map((name, ord) => ({ name, ord, sticky: false, rtl: false, font: 'Arial', size: 20, media: [] })),
    tmpls: [{ name: type.name, ord: 0, qfmt: type.question, afmt: type.answer, did: null, bqfmt: '', bafmt: '' }],
  };
}
