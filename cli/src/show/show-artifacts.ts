import { artifactContentSchemas, type ArtifactKind, type artifactSchema, type Citation } from '@scholium/contract';
import type { z } from 'zod';
import type { Terminal } from '../terminal/terminal.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { showAt, showDim } from './show-transcript.ts';

export type ArtifactReply = z.output<typeof artifactSchema>;

/** One entry of any kind of notes: what it says, and what follows under it. */
interface Item {
  readonly text: string;
  readonly under: readonly Under[];
  readonly cites: readonly number[];
}

/** A line under an entry, behind a mark. */
interface Under {
  readonly mark: string;
  readonly text: string;
}

const HEADINGS: Readonly<Record<ArtifactKind, string>> = {
  summary: 'Key passages',
  outline: 'Outline',
  chapters: 'Chapters',
  key_terms: 'Key terms',
  flashcards: 'Flashcards',
  practice_questions: 'Practice questions',
  action_items: 'Action items',
  study_plan: 'Study plan',
};

/** Prints notes in the order given, at most `most` entries of each kind, each with the time it comes from. */
export function showArtifacts(terminal: Terminal, artifacts: readonly ArtifactReply[], options: { most?: number } = {}): void {
  const { most = Infinity } = options;
  for (const artifact of artifacts) {
    const items = itemsOf(artifact);
    const shown = items.slice(0, most);
    terminal.print();
    terminal.print(`  ${terminal.style('bold', HEADINGS[artifact.kind])}`);
    for (const item of shown) showItem(terminal, item, artifact.citations);
    if (shown.length < items.length) showDim(terminal, `... and ${items.length - shown.length} more`);
  }
}

function showItem(terminal: Terminal, item: Item, citations: readonly Citation[]): void {
  const place = item.cites.map((index) => citations[index]).find((citation) => citation !== undefined);
  showAt(terminal, place ?? { startMs: null, page: null }, item.text);
  for (const { mark, text } of item.under) {
    for (const line of wrapText(text, { columns: terminal.columns, first: ' '.repeat(11) + mark })) terminal.print(line);
  }
}

function itemsOf(artifact: ArtifactReply): Item[] {
  // The schema of the kind tells the shapes apart, which the union of all of them cannot.
  switch (artifact.kind) {
    case 'summary':
      return artifactContentSchemas.summary
        .parse(artifact.content)
        .passages.map(({ text, cites }) => ({ text, under: [], cites }));
    case 'outline':
      return artifactContentSchemas.outline.parse(artifact.content).sections.map(({ title, points }) => ({
        text: title,
        under: points.map((point) => ({ mark: '- ', text: point.text })),
        cites: points[0]?.cites ?? [],
      }));
    case 'chapters':
      return artifactContentSchemas.chapters
        .parse(artifact.content)
        .chapters.map(({ title, cites }) => ({ text: title, under: [], cites }));
    case 'key_terms':
      return artifactContentSchemas.key_terms
        .parse(artifact.content)
        .terms.map(({ term, explanation, cites }) => ({ text: term, under: [{ mark: '', text: explanation }], cites }));
    case 'flashcards':
      return artifactContentSchemas.flashcards
        .parse(artifact.content)
        .cards.map(({ front, back, cites }) => ({ text: front, under: [{ mark: '-> ', text: back }], cites }));
    case 'practice_questions':
      return artifactContentSchemas.practice_questions
        .parse(artifact.content)
        .questions.map(({ question, options, answer, cites }) => ({
          text: question,
          under: [
            ...options.map((option, index) => ({ mark: `${String.fromCodePoint(97 + index)}) `, text: option })),
            { mark: '-> ', text: answer },
          ],
          cites,
        }));
    case 'action_items':
      return artifactContentSchemas.action_items.parse(artifact.content).items.map(({ task, who, due, cites }) => ({
        text: task,
        under: [...(who === null ? [] : [{ mark: 'who: ', text: who }]), ...(due === null ? [] : [{ mark: 'due: ', text: due }])],
        cites,
      }));
    case 'study_plan':
      return artifactContentSchemas.study_plan.parse(artifact.content).sessions.map((session) => ({
        text: `${session.title} (${session.minutes} min)`,
        under: [
          { mark: '-> ', text: session.goal },
          ...session.material.map(({ title }) => ({ mark: '- ', text: title })),
          ...session.cards.map((card) => ({ mark: 'card: ', text: card })),
          ...session.questions.map((question) => ({ mark: '? ', text: question })),
        ],
        cites: session.material[0]?.cites ?? [],
      }));
  }
}
