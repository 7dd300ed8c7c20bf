import { expect, test } from 'vitest';
import { anArtifact } from '../../../testkit/builders.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import type { Artifact } from '../domain/artifact.ts';
import { cardDeckOf } from './card-deck-of.ts';
import type { LectureDocument } from './lecture-document.ts';

const place = {
  lectureId: 'lec',
  kind: 'recording',
  textVersion: 1,
  quote: 'x',
  firstWord: 0,
  lastWord: 1,
  page: null,
  startChar: null,
  endChar: null,
} as const;
const page = {
  ...place,
  sourceId: 'doc',
  kind: 'document',
  startMs: null,
  endMs: null,
  firstWord: null,
  lastWord: null,
  page: 3,
  startChar: 0,
  endChar: 1,
} as const;

function makeArtifact(
  kind: 'flashcards' | 'practice_questions',
  content: Artifact['content'],
  citations: Artifact['citations'],
): Artifact {
  return {
    ...anArtifact(),
    id: 'art',
    ownerId: 'ann',
    lectureId: 'lec',
    kind,
    title: 'Cards',
    engine: 'e',
    model: 'm',
    presetId: 'exam',
    presetVersion: 1,
    transcriptVersion: 1,
    createdAt: 0,
    content,
    citations,
  };
}

function makeDocument(artifacts: readonly Artifact[], over: Partial<LectureDocument> = {}): LectureDocument {
  const source = { id: 'source', title: 'One', fileName: 'one.mp3', mediaType: 'audio/mpeg', durationMs: 60_000 };
  return {
    lecture: { id: 'lec', ownerId: 'ann', courseId: 'c', title: 'How: memory / works', createdAt: 0 },
    course: { id: 'c', title: 'Neuro science' },
    recordings: [{ source, transcript: makeTranscript(['Sleep settles memory.'], { durationMs: 60_000 }) }],
    documents: [{ id: 'doc', title: 'Slides', language: null }],
    artifacts,
    publicUrl: null,
    ...over,
  };
}

function cardOf(front: string, back: string, citations: Artifact['citations']) {
  const artifact = makeArtifact('flashcards', { cards: [{ front, back, cites: citations.map((_, index) => index) }] }, citations);
  return cardDeckOf(makeDocument([artifact]), 0).cards[0]!;
}

test('a clip begins and ends 300 ms around the words, within the recording and 30 seconds', () => {
  const clipOf = (startMs: number, endMs: number) => cardOf('a', 'b', [{ ...place, sourceId: 'source', startMs, endMs }]).clip;
  expect(clipOf(2_000, 3_000)).toMatchObject({ sourceId: 'source', startMs: 1_700, endMs: 3_300 });
  expect(clipOf(100, 500)).toMatchObject({ startMs: 0, endMs: 800 });
  expect(clipOf(1_000, 500_000)).toMatchObject({ startMs: 700, endMs: 30_700 });
  expect(clipOf(59_500, 61_000)).toMatchObject({ startMs: 59_200, endMs: 60_000 });
  expect(clipOf(70_000, 71_000)).toBeNull();
  expect(clipOf(2_000, 3_000)?.name).toBe(clipOf(2_000, 3_000)?.name);
  expect(clipOf(2_000, 3_000)?.name).not.toBe(clipOf(2_000, 3_001)?.name);
});

test('what rests on a document is heard nowhere, and names its page', () => {
  const card = cardOf('a', 'b', [page]);
  expect(card).toMatchObject({ clip: null, source: 'How: memory / works, Slides, p. 3' });
  expect(cardOf('a', 'b', [page, { ...place, sourceId: 'source', startMs: 0, endMs: 10 }]).clip).not.toBeNull();
  expect(cardOf('a', 'b', [{ ...place, sourceId: 'trashed', startMs: 0, endMs: 10 }]).clip).toBeNull();
});

test('a text with one gap becomes a cloze, a question stays one', () => {
  expect(cardOf('The _____ replays.', 'hippocampus', [page]).content).toEqual({
    kind: 'cloze',
    before: 'The ',
    answer: 'hippocampus',
    after: ' replays.',
  });
  expect(cardOf('___ and ___?', 'both', [page]).content.kind).toBe('basic');
  expect(cardOf('What?', 'That.', [page]).content.kind).toBe('basic');
});

test('a card keeps its guid when its answer or place changes, and has another for another question or lecture', () => {
  const one = cardOf('What?', 'That.', [page]);
  expect(cardOf('What?', 'This.', [{ ...place, sourceId: 'source', startMs: 0, endMs: 10 }]).guid).toBe(one.guid);
  expect(cardOf('Who?', 'That.', [page]).guid).not.toBe(one.guid);
  const artifact = makeArtifact('flashcards', { cards: [{ front: 'What?', back: 'That.', cites: [0] }] }, [page]);
  const elsewhere = makeDocument([artifact], {
    lecture: { id: 'other', ownerId: 'ann', courseId: 'c', title: 'T', createdAt: 0 },
  });
  expect(cardDeckOf(elsewhere, 0).cards[0]?.guid).not.toBe(one.guid);
});

test('a gap whose answer is the whole sentence asks for what is missing', () => {
  const answerOf = (front: string, back: string) => {
    const { content } = cardOf(front, back, [page]);
    return content.kind === 'cloze' ? content.answer : null;
  };
  expect(
    answerOf(
      'Fill the gap: One week later the second _____ remembered more.',
      'One week later the second group remembered more.',
    ),
  ).toBe('group');
  expect(answerOf('Complete the sentence: "It took three _____."', 'It took three tests.')).toBe('tests');
  expect(answerOf('_____ settles memory.', 'Deep sleep settles memory.')).toBe('Deep sleep');
  expect(answerOf('It is a _____.', 'a small store that holds what you think')).toBe('a small store that holds what you think');
  expect(answerOf('It is _____.', 'It is .')).toBe('It is .');
});

test('the same card twice is one; two answers to a question are two cards, with the same guids each time', () => {
  const card = { front: 'What?', back: 'That.', cites: [0] };
  const deck = () =>
    cardDeckOf(makeDocument([makeArtifact('flashcards', { cards: [card, card, { ...card, back: 'This.' }] }, [page])]), 0);
  const guids = deck().cards.map(({ guid }) => guid);
  expect(new Set(guids).size).toBe(2);
  expect(deck().cards.map(({ guid }) => guid)).toEqual(guids);
});

test('questions with options are multiple choice; deck and tags are named for course and lecture', () => {
  const question = { type: 'multiple-choice' as const, question: 'Which?', options: ['a', 'b'], answer: 'b', cites: [0] };
  const deck = cardDeckOf(makeDocument([makeArtifact('practice_questions', { questions: [question] }, [page])]), 0);
  expect(deck.path).toEqual(['Scholium', 'Neuro science', 'How: memory / works']);
  expect(deck.cards[0]?.content).toEqual({ kind: 'choice', question: 'Which?', options: ['a', 'b'], answer: 'b' });
  expect(deck.cards[0]?.tags).toEqual(['scholium', 'neuro-science', 'how-memory-works', 'practice_questions', 'exam']);
});

test('a lecture without cards is an empty deck', () => {
  expect(cardDeckOf(makeDocument([], { course: null }), 0)).toMatchObject({
    path: ['Scholium', 'How: memory / works'],
    cards: [],
  });
});
