import { artifactContentSchemas, type ArtifactContents, type Citation } from '@scholium/contract';
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
        return { text: oneLine(title), places: beginOf({ startMs, cites }, { citations, placesOf, finder }) };
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
    case 'action_items': {
      const items = artifactContentSchemas.action_items.parse(content).items.map(({ task, who, due, cites }) => {
        const facts = [...(who === null ? [] : [`who: ${who}`]), ...(due === null ? [] : [`due: ${due}`])];
        return { text: oneLine(facts.length > 0 ? `${task} (${facts.join(', ')})` : task), places: placesOf(cites) };
      });
      return [{ kind: 'points', items }];
    }
    case 'study_plan':
      return artifactContentSchemas.study_plan.parse(content).sessions.flatMap((session, index): GuideBlock[] => [
        { kind: 'heading', title: oneLine(`${session.title} (${session.minutes} min)`), anchor: `${anchor}-${index + 1}` },
        { kind: 'points', items: sessionPoints(session, (part) => beginOf(part, { citations, placesOf, finder })) },
      ]);
  }
}

type Session = ArtifactContents['study_plan']['sessions'][number];

/** What a session is for, what to go through, and what to practise with. */
function sessionPoints(
  { goal, material, cards, questions }: Session,
  placesFor: (part: Session['material'][number]) => readonly Place[],
) {
  const practice = (name: string, texts: readonly string[]) =>
    texts.length > 0 ? [{ text: oneLine(`${name}: ${texts.join(' · ')}`), places: [] }] : [];
  return [
    { text: oneLine(`Goal: ${goal}`), places: [] },
    ...material.map((part) => ({ text: oneLine(part.title), places: placesFor(part) })),
    ...practice('Cards', cards),
    ...practice('Questions', questions),
  ];
}

/** Where a part of the lecture begins: its time where it has one, what it cites otherwise. */
function beginOf(
  { startMs, cites }: { readonly startMs: number | null; readonly cites: readonly number[] },
  from: {
    readonly citations: readonly Citation[];
    readonly placesOf: (cites: readonly number[]) => readonly Place[];
    readonly finder: PlaceFinder;
  },
): readonly Place[] {
  const cited = from.citations[cites[0] ?? -1];
  return startMs !== null && cited ? [from.finder.ofTime(cited.sourceId, startMs)] : from.placesOf(cites);
}

/** The artifact's title; the preset is named where two made the same kind. */
export function artifactHeading(artifact: Artifact, all: readonly Artifact[]): string {
  const isTwin = all.filter((other) => other.kind === artifact.kind).length > 1;
  return oneLine(artifact.title) + (isTwin ? ` (${artifact.presetId})` : '');
}
