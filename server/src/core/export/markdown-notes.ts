import { artifactContentSchemas, type Citation } from '@scholium/contract';
import type { Artifact } from '../domain/artifact.ts';
import { clockTime } from './clock-time.ts';
import { oneLine } from './paragraphs.ts';

/** The body of an artifact as Markdown; each item ends with the places it comes from: `[03:25]`. */
export function artifactMarkdown(artifact: Artifact): string {
  const { content, citations } = artifact;
  const at = (cites: readonly number[]): string => placesOf(cites, citations);
  switch (artifact.kind) {
    case 'summary':
      return list(artifactContentSchemas.summary.parse(content).passages.map(({ text, cites }) => `${md(text)}${at(cites)}`));
    case 'outline':
      return artifactContentSchemas.outline
        .parse(content)
        .sections.map(
          ({ title, points }) => `### ${md(title)}\n\n${list(points.map(({ text, cites }) => `${md(text)}${at(cites)}`))}`,
        )
        .join('\n\n');
    case 'chapters':
      return list(
        artifactContentSchemas.chapters.parse(content).chapters.map(({ title, startMs, cites }) => {
          return startMs === null ? `${md(title)}${at(cites)}` : `[${clockTime(startMs)}] ${md(title)}`;
        }),
      );
    case 'key_terms':
      return list(
        artifactContentSchemas.key_terms
          .parse(content)
          .terms.map(({ term, explanation, cites }) => `**${md(term)}**: ${md(explanation)}${at(cites)}`),
      );
    case 'flashcards':
      return list(
        artifactContentSchemas.flashcards
          .parse(content)
          .cards.map(({ front, back, cites }) => `**${md(front)}**  \n  ${md(back)}${at(cites)}`),
      );
    case 'practice_questions':
      return artifactContentSchemas.practice_questions
        .parse(content)
        .questions.map((question, index) => questionMarkdown(question, index + 1, at(question.cites)))
        .join('\n\n');
  }
}

/** Text that Markdown shows as it is: no markup, no links, no HTML comes from it. */
export function md(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>|~]/g, '\\$&')
    .replace(/^(?:[-+#=]|\d+[.)])/, (mark) => `${mark.slice(0, -1)}\\${mark.slice(-1)}`)
    .replace(/&(?=#?\w+;)/g, '&amp;');
}

function questionMarkdown(
  { question, options, answer }: { question: string; options: readonly string[]; answer: string },
  number: number,
  places: string,
): string {
  const choices = options.map((option, index) => `   - ${String.fromCharCode(65 + index)}. ${md(option)}`);
  return [`${number}. ${md(question)}`, ...choices, `   - *Answer:* ${md(answer)}${places}`].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** ` [03:25] [04:10]`: each place once, in order. All other brackets are escaped, so these cannot become links. */
function placesOf(cites: readonly number[], citations: readonly Citation[]): string {
  const places = cites.flatMap((index) => {
    const citation = citations[index];
    if (!citation) return [];
    if (citation.startMs !== null) return [clockTime(citation.startMs)];
    return citation.page === null ? [] : [`p. ${citation.page}`];
  });
  return [...new Set(places)].map((place) => ` [${place}]`).join('');
}
