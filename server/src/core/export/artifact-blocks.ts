import { artifactContentSchemas } from '@scholium/contract';
import type { Artifact } from '../domain/artifact.ts';
import type { GuideBlock, Place } from '../domain/study-guide.ts';
import { oneLine } from './paragraphs.ts';
import type { PlaceFinder } from './places.ts';

/** What an artifact says, as blocks; each item with the places it comes from. A kind of artifact is added here once. */
export function artifactBlocks(artifact: Artifact, anchor: string, finder: PlaceFinder): readonly GuideBlock[] {
  const { content, citations } = artifact;
  const placesOf = (cites: readonly number[]): readonly Place[] => finder.ofCites(cites, citations);
  const point = ({ text, cites }: { text: string; cites: readonly number[] }) => ({
    text: oneLine(text),
    places: placesOf(cites),
  });
  switch (artifact.kind) {
    case 'summary':
      return [{ kind: 'points', items: artifactContentSchemas.summary.parse(content).passages.map(point) }];
    case 'outline':
      return artifactContentSchemas.outline.parse(content).sections.flatMap(({ title, points }, index): GuideBlock[] => [
        { kind: 'heading', title: oneLine(title), anchor: `${anchor}-${index + 1}` },
        { kind: 'points', items: points.map(point) },
      ]);
    case 'chapters': {
      const items = artifactContentSchemas.chapters.parse(content).chapters.map(({ title, startMs, cites }) => {
        const cited = citations[cites[0] ?? -1];
        const begin = startMs !== null && cited ? [finder.ofTime(cited.sourceId, startMs)] : placesOf(cites);
        return { text: oneLine(title), places: begin };
      });
      return [{ kind: 'timeline', items }];
    }
    case 'key_terms': {
      const items = artifactContentSchemas.key_terms.parse(content).terms.map(({ term, explanation, cites }) => ({
        term: oneLine(term),
        explanation: oneLine(explanation),
        places: placesOf(cites),
      }));
      return [{ kind: 'terms', items }];
    }
    case 'flashcards': {
      const items = artifactContentSchemas.flashcards
        .parse(content)
        .cards.map(({ front, back, cites }) => ({ front: oneLine(front), back: oneLine(back), places: placesOf(cites) }));
      return [{ kind: 'cards', items }];
    }
    case 'practice_questions': {
      const items = artifactContentSchemas.practice_questions
        .parse(content)
        .questions.map(({ question, options, answer, cites }) => ({
          question: oneLine(question),
          options: options.map(oneLine),
          answer: oneLine(answer),
          places: placesOf(cites),
        }));
      return [{ kind: 'questions', items }];
    }
  }
}

/** The artifact's title; the preset is named where two made the same kind. */
export function artifactHeading(artifact: Artifact, all: readonly Artifact[]): string {
  const isTwin = all.filter((other) => other.kind === artifact.kind).length > 1;
  return oneLine(artifact.title) + (isTwin ? ` (${artifact.presetId})` : '');
}
