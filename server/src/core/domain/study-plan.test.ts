import { describe, expect, it } from 'vitest';
import { anArtifact } from '../../../testkit/builders.ts';
import type { ArtifactDraft, Citation } from './artifact.ts';
import { withPractice } from './study-plan.ts';

const spoken = (startMs: number): Citation => {
  const [citation] = anArtifact().citations;
  if (!citation) throw new Error('The built artifact has a citation.');
  return { ...citation, startMs, endMs: startMs + 500 };
};
const written = (page: number, startChar: number): Citation => ({
  ...spoken(0),
  sourceId: 'doc',
  kind: 'document',
  startMs: null,
  endMs: null,
  page,
  startChar,
  endChar: startChar + 10,
});

const session = (title: string, material: { startMs: number | null; endMs: number | null; cites: number[] }) => ({
  title,
  goal: title,
  minutes: 10,
  material: [{ title, page: null, ...material }],
  cards: [],
  questions: [],
});

const plan: ArtifactDraft = {
  kind: 'study_plan',
  content: {
    sessions: [
      session('First', { startMs: 0, endMs: 10_000, cites: [0] }),
      session('Second', { startMs: 10_000, endMs: 20_000, cites: [1] }),
      session('Read', { startMs: null, endMs: null, cites: [2, 3] }),
    ],
  },
  citations: [spoken(0), spoken(10_000), written(1, 100), written(2, 50)],
};

describe('a study plan', () => {
  it('gives each card and question to the first session that holds its place', () => {
    const card = (front: string, place: number) => ({ front, back: 'x', cites: [place] });
    const citations = [spoken(10_000), spoken(9_999), written(2, 50), written(2, 51), { ...spoken(0), sourceId: 'other' }];
    const cards: ArtifactDraft = {
      kind: 'flashcards',
      content: { cards: [card('b', 0), card('a', 1), card('read', 2), card('after', 3), card('elsewhere', 4)] },
      citations,
    };
    const questions: ArtifactDraft = {
      kind: 'practice_questions',
      content: { questions: [{ type: 'short-answer', question: 'q?', options: [], answer: 'x', cites: [1] }] },
      citations,
    };
    const [made, ...others] = withPractice([plan, cards, questions]);
    expect(made?.content).toMatchObject({
      sessions: [
        { cards: ['a'], questions: ['q?'] },
        { cards: ['b'], questions: [] },
        { cards: ['read'], questions: [] },
      ],
    });
    expect(others).toEqual([cards, questions]);
  });

  it('stands without cards and questions', () => {
    expect(withPractice([plan])).toEqual([plan]);
  });
});
