import type { ArtifactContents, ArtifactKind, Citation } from '@scholium/contract';
import type { ArtifactDraft } from '../../core/domain/artifact.ts';
import { cite } from '../../core/domain/passage.ts';
import type { Material } from '../../core/ports/writer.ts';
import { actionItems } from './action-items.ts';
import { chapterTitles } from './chapter-titles.ts';
import { type Definition, findDefinitions } from './definitions.ts';
import { type Importance, importance, keyPassages, select } from './key-passages.ts';
import { type KeyPhrase, keyPhrases } from './key-phrases.ts';
import { type KeyTerm, keyTerms } from './key-terms.ts';
import { gapChoice, shortAnswer, termChoice } from './practice.ts';
import { askable, definitionQuestion, gapQuestion, happensQuestion, type Question, reasonQuestion } from './questions.ts';
import { studySessions } from './study-sessions.ts';
import { readStudyText, type Sentence, type StudyText } from './study-text.ts';
import { type Chapter, topicChapters } from './topic-chapters.ts';
import { type SentenceVectors, wordVectors } from './vectors.ts';

export interface StudyRequest {
  readonly material: Material;
  readonly kinds: readonly ArtifactKind[];
  readonly length: number;
  /** By sentence; null where the embedder was not asked or is not there. */
  readonly meaning: readonly (Float32Array | null)[];
}

/** What all kinds are made from. */
interface Study {
  readonly text: StudyText;
  readonly vectors: SentenceVectors;
  readonly chapters: readonly Chapter[];
  readonly titles: readonly string[];
  readonly phrases: readonly KeyPhrase[];
  readonly definitions: readonly Definition[];
  readonly weights: Importance;
  readonly terms: readonly KeyTerm[];
  readonly length: number;
}

/** Writes the study material of a lecture from its own sentences. The same request always gives the same text. */
export function writeStudy(request: StudyRequest): ArtifactDraft[] {
  if (request.material.sentences.length === 0) return [];
  const study = examine(request);
  return request.kinds.flatMap((kind) => draft(kind, study));
}

function examine({ material, length, meaning }: StudyRequest): Study {
  const text = readStudyText(material);
  const vectors = { words: wordVectors(text.sentences), meaning };
  const chapters = topicChapters(text.sentences, vectors);
  const phrases = keyPhrases(text);
  const definitions = text.english ? findDefinitions(text.sentences) : [];
  const explaining = new Set(definitions.map(({ sentences }) => sentences.at(-1)?.index ?? -1));
  const weights = importance(text, chapters, vectors, explaining);
  const titles = chapterTitles(text, chapters, phrases, definitions);
  const terms = keyTerms(text, phrases, definitions, weights, amount(text, length, { base: 6, per: 12, most: 30 }));
  return { text, vectors, chapters, titles, phrases, definitions, weights, terms, length };
}

/** How many items: some always, one more for each `per` sentences, scaled by the preset, never more than `most`. */
function amount({ sentences }: StudyText, length: number, rule: { base: number; per: number; most: number }): number {
  return Math.max(1, Math.round(Math.min(rule.most, rule.base + sentences.length / rule.per) * length));
}

type Writing = { readonly [K in ArtifactKind]: (study: Study, cites: Cites) => ArtifactContents[K] };
type Cites = (sentences: readonly Sentence[]) => number[];

const writing: Writing = {
  summary: (study, cites) => ({
    passages: keyPassages(
      study.text,
      study.chapters,
      study.vectors,
      study.weights,
      amount(study.text, study.length, { base: 3, per: 10, most: 24 }),
    ).map((sentence) => ({ text: sentence.text, cites: cites([sentence]) })),
  }),
  chapters: (study, cites) => ({
    chapters: study.chapters.map((chapter, i) => {
      const [first, last] = [study.text.sentences[chapter.start], study.text.sentences[chapter.end - 1]];
      return {
        title: study.titles[i] ?? `${i + 1}`,
        startMs: first?.passage.startMs ?? null,
        endMs: last?.passage.endMs ?? null,
        page: first?.passage.page ?? null,
        cites: cites([...(first ? [first] : []), ...points(study, chapter, 1)]),
      };
    }),
  }),
  outline: (study, cites) => ({
    sections: study.chapters.flatMap((chapter, i) => {
      const count = Math.max(2, Math.round(Math.min(4, 1 + (chapter.end - chapter.start) / 4) * Math.min(1.5, study.length)));
      const found = points(study, chapter, count).map((sentence) => ({ text: sentence.text, cites: cites([sentence]) }));
      return found.length > 0 ? [{ title: study.titles[i] ?? `${i + 1}`, points: found }] : [];
    }),
  }),
  key_terms: (study, cites) => ({
    terms: study.terms.map(({ term, sentences }) => ({
      term: term.slice(0, 1).toUpperCase() + term.slice(1),
      explanation: sentences.map((sentence) => sentence.text).join(' '),
      cites: cites(sentences),
    })),
  }),
  flashcards: (study, cites) => ({
    cards: flashcards(study).map((card) => ({
      front: card.kind === 'gap' ? `Fill the gap: ${card.question}` : card.question,
      back: card.answer,
      cites: cites(card.sentences),
    })),
  }),
  practice_questions: (study, cites) => ({
    questions: practice(study).map(({ sentences, ...question }) => ({ ...question, cites: cites(sentences) })),
  }),
  action_items: ({ text }, cites) => ({
    items: actionItems(text).map(({ sentence, who, due }) => ({
      task: sentence.text,
      // "I" is whoever says it.
      who: who === 'I' && sentence.speaker ? sentence.speaker : who,
      due,
      cites: cites([sentence]),
    })),
  }),
  study_plan: (study, cites) => ({
    sessions: studySessions({ ...study, practice: [...flashcards(study), ...practice(study)] }).map(
      ({ title, goal, minutes, chapters }) => ({
        title,
        goal,
        minutes,
        material: chapters.map((part) => ({
          title: part.title,
          startMs: part.first.passage.startMs,
          endMs: part.last.passage.endMs,
          page: part.first.passage.page,
          cites: cites([part.first, part.last]),
        })),
        // Filled when it is known which cards and questions were kept.
        cards: [],
        questions: [],
      }),
    ),
  }),
};

function points(study: Study, chapter: Chapter, count: number): Sentence[] {
  const found = select(study.text, chapter, study.vectors, study.weights, { count, chosen: [] });
  found.sort((a, b) => a - b);
  return found.flatMap((index) => study.text.sentences[index] ?? []);
}

/** Definitions, then what happens and why, then gaps in the most important sentences. No sentence is asked about twice. */
function flashcards(study: Study): Question[] {
  const most = amount(study.text, study.length, { base: 8, per: 10, most: 40 });
  const sentences = askable(study.text, study.weights);
  return once([
    ...study.terms.flatMap((term) => definitionQuestion(term) ?? []),
    ...worthwhile(study).flatMap((sentence) => happensQuestion(sentence) ?? reasonQuestion(sentence) ?? []),
    ...sentences.flatMap((sentence) => gapQuestion(study.text, sentence, study.phrases) ?? []).slice(0, Math.ceil(most / 3)),
  ]).slice(0, most);
}

/** Sentences that may stand alone, in the order of the lecture. */
function worthwhile({ text, weights }: Study): Sentence[] {
  return text.sentences.filter((sentence) => (weights[sentence.index] ?? 0) > 0);
}

type PracticeQuestion = Omit<ArtifactContents['practice_questions']['questions'][number], 'cites'> & {
  sentences: readonly Sentence[];
};

/** Of gaps only those in sentences that no card has a gap in. */
function practice(study: Study): PracticeQuestion[] {
  const most = amount(study.text, study.length, { base: 6, per: 12, most: 30 });
  const { text, phrases, terms } = study;
  const onCards = new Set(
    flashcards(study).flatMap(({ kind, sentences }) => (kind === 'gap' ? (sentences[0]?.index ?? -1) : [])),
  );
  const choices = once([
    ...terms.flatMap((term) => termChoice(term, terms, phrases) ?? []),
    ...askable(text, study.weights).flatMap((sentence) => gapChoice(text, sentence, phrases) ?? []),
  ]).slice(0, Math.ceil(most / 2));
  const open = [
    ...worthwhile(study).flatMap((sentence) => happensQuestion(sentence) ?? reasonQuestion(sentence) ?? []),
    ...terms.flatMap((term) => definitionQuestion(term) ?? []),
    ...askable(text, study.weights)
      .filter(({ index }) => !onCards.has(index))
      .flatMap((sentence) => gapQuestion(text, sentence, phrases) ?? [])
      .slice(0, Math.ceil(most / 3)),
  ].map((question) => ({ ...shortAnswer(question), options: [] as string[] }));
  const all = once<Omit<PracticeQuestion, 'type'>>([
    ...choices.map((question) => ({ ...question, options: [...question.options] })),
    ...open,
  ]);
  return all
    .slice(0, most)
    .map((question) => ({ type: question.options.length > 0 ? 'multiple-choice' : 'short-answer', ...question }));
}

/** Keeps the first question about each sentence, and the first in the same words: their answers would differ. */
function once<T extends { readonly question: string; readonly sentences: readonly Sentence[] }>(questions: readonly T[]): T[] {
  const asked = new Set<number | string>();
  return questions.filter(({ question, sentences }) => {
    const keys = [sentences.at(-1)?.index ?? -1, question.toLowerCase()];
    if (keys.some((key) => asked.has(key))) return false;
    for (const key of keys) asked.add(key);
    return true;
  });
}

function draft<K extends ArtifactKind>(kind: K, study: Study): ArtifactDraft[] {
  const citations: Citation[] = [];
  const places = new Map<number, number>();
  const cites: Cites = (sentences) => {
    const indexes = sentences.map((sentence) => {
      const place = places.get(sentence.index) ?? citations.push(cite(sentence.passage)) - 1;
      places.set(sentence.index, place);
      return place;
    });
    return [...new Set(indexes)];
  };
  const content = writing[kind](study, cites);
  const items = Object.values(content)[0] as readonly unknown[] | undefined; // each content is one list
  return items && items.length > 0 ? [{ kind, content, citations }] : [];
}
