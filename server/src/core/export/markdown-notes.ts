import type { GuideBlock, Place, QuestionItem } from '../domain/study-guide.ts';
import { oneLine } from './paragraphs.ts';

/** A block of notes as Markdown; each item ends with the places it comes from: `[03:25]`. */
export function blockMarkdown(block: GuideBlock): string {
  switch (block.kind) {
    case 'heading':
      return `### ${md(block.title)}`;
    case 'points':
      return list(block.items.map(({ text, places }) => `${md(text)}${placesOf(places)}`));
    case 'timeline':
      return list(block.items.map(({ text, places }) => `${placesOf(places).trimStart()} ${md(text)}`.trimStart()));
    case 'terms':
      return list(block.items.map(({ term, explanation, places }) => `**${md(term)}**: ${md(explanation)}${placesOf(places)}`));
    case 'cards':
      return list(block.items.map(({ front, back, places }) => `**${md(front)}**  \n  ${md(back)}${placesOf(places)}`));
    case 'questions':
      return block.items.map((question, index) => questionMarkdown(question, index + 1)).join('\n\n');
    case 'speech':
      return `**[${md(block.place.label)}]** ${block.speaker === null ? '' : `*${md(block.speaker)}:* `}${md(block.text)}`;
  }
}

/** Text that Markdown shows as it is: no markup, no links, no HTML comes from it. */
export function md(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>|~]/g, '\\$&')
    .replace(/^(?:[-+#=]|\d+[.)])/, (mark) => `${mark.slice(0, -1)}\\${mark.slice(-1)}`)
    .replace(/&(?=#?\w+;)/g, '&amp;');
}

function questionMarkdown({ question, options, answer, places }: QuestionItem, number: number): string {
  const choices = options.map((option, index) => `   - ${String.fromCharCode(65 + index)}. ${md(option)}`);
  return [`${number}. ${md(question)}`, ...choices, `   - *Answer:* ${md(answer)}${placesOf(places)}`].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** ` [03:25] [04:10]`. All other brackets are escaped, so these cannot become links. */
function placesOf(places: readonly Place[]): string {
  return places.map(({ label }) => ` [${md(label)}]`).join('');
}
