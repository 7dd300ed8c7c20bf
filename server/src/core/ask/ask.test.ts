import { describe, expect, it } from 'vitest';
import { HashEmbedder } from '../../../testkit/hash-embedder.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { MemorySearchIndex } from '../../../testkit/memory-search-index.ts';
import { makeShelf, type Shelf } from '../../../testkit/shelf.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { falseCitations } from '../../../testkit/true-citations.ts';
import { AppError } from '../domain/app-error.ts';
import { cite, type IndexedPassage } from '../domain/passage.ts';
import { ownerScope } from '../domain/scope.ts';
import type { AnswerDraft, AnswerRequest } from '../ports/writer.ts';
import { ask as askProduct, type AskDeps } from './ask.ts';
import { search } from './search.ts';

const scope = ownerScope('ann');
const signal = new AbortController().signal;
const transcript = makeTranscript(['The moon pulls at the sea.', 'So the tides rise twice a day.', 'A cell has a wall.']);

const passage: IndexedPassage = {
  id: 'source:1:0',
  courseId: 'course',
  lectureId: 'lecture',
  sourceId: 'source',
  kind: 'recording',
  textVersion: 1,
  context: '',
  text: 'The moon pulls at the sea. So the tides rise twice a day.',
  startMs: 0,
  endMs: 1300,
  firstWord: 0,
  lastWord: 12,
  page: null,
  startChar: null,
  endChar: null,
};

/** Asks; whatever the answer cites must stand in the transcript. */
async function ask(...given: Parameters<typeof askProduct>): ReturnType<typeof askProduct> {
  const reply = await askProduct(...given);
  expect(falseCitations(reply.citations, [transcript])).toEqual([]);
  expect(reply.supported).toBe(reply.citations.length > 0);
  return reply;
}

interface Bench {
  readonly deps: AskDeps & { searchIndex: MemorySearchIndex };
  readonly shelf: Shelf;
  readonly asked: AnswerRequest[];
  readonly warnings: string[];
  readonly modes: string[];
}

/** A library with one indexed passage, and a writer that answers as told. */
async function makeBench(answer: (request: AnswerRequest) => AnswerDraft = answerFromFirst): Promise<Bench> {
  const shelf = makeShelf(transcript);
  const searchIndex = new MemorySearchIndex();
  const embedder = new HashEmbedder();
  await searchIndex.replace(scope, 'source', [passage]);
  const [vector] = await embedder.embed([passage.text], 'passage', signal);
  if (vector) await searchIndex.addVectors(scope, embedder.id, [{ id: passage.id, vector }]);
  const [asked, warnings, modes]: [AnswerRequest[], string[], string[]] = [[], [], []];
  const note = (_category: string, event: string): void => void warnings.push(event);
  const deps = {
    store: shelf.store,
    searchIndex,
    embedder,
    log: { info: note, warn: note, error: note },
    metrics: { ...silentMetrics, searched: ({ mode }: { mode: string }) => void modes.push(mode) },
    writer: {
      engine: 'test',
      model: 'test',
      digest: 'test',
      answer: async (request: AnswerRequest) => {
        asked.push(request);
        return answer(request);
      },
    },
  };
  return { deps, shelf, asked, warnings, modes };
}

function answerFromFirst({ evidence }: AnswerRequest): AnswerDraft {
  const sentence = evidence[0]?.sentences[1];
  if (!sentence) throw new Error('no sentence to answer from');
  return { answer: sentence.text, supported: true, citations: [cite(sentence)] };
}

describe('searching', () => {
  const input = { scope, query: 'tides', limit: 5 };

  it('answers in the shape of the contract', async () => {
    const { deps, modes } = await makeBench();
    expect(await search(deps, input, signal)).toEqual({
      results: [
        {
          lectureId: 'lecture',
          sourceId: 'source',
          kind: 'recording',
          text: passage.text,
          startMs: 0,
          endMs: 1300,
          page: null,
          score: expect.any(Number),
          highlights: [{ start: 34, end: 39 }],
          snippet: { start: 0, end: passage.text.length },
          alsoAt: [],
        },
      ],
      degraded: false,
    });
    expect(modes).toEqual(['hybrid']);
  });

  it('goes on by words, and says so, when there is no embedder or it fails', async () => {
    const { deps, warnings } = await makeBench();
    expect(await search({ ...deps, embedder: null }, input, signal)).toMatchObject({
      degraded: true,
      results: [{ sourceId: 'source' }],
    });
    const failing = Object.assign(new HashEmbedder(), {
      embed: () => Promise.reject(new AppError('model_unavailable', 'The model is missing.')),
    });
    expect(await search({ ...deps, embedder: failing }, input, signal)).toMatchObject({ degraded: true, results: [{}] });
    expect(warnings).toEqual(['search.query-not-embedded']);
  });

  it.each(['source', 'lecture', 'course'] as const)('leaves out what lies in the trash with its %s', async (kind) => {
    const { deps, shelf } = await makeBench();
    Object.assign(shelf[kind] ?? {}, { deletedAt: 5 });
    expect((await search(deps, input, signal)).results).toEqual([]);
  });

  it('looks further when the first that are found lie in the trash', async () => {
    const { deps } = await makeBench();
    for (let number = 0; number < 30; number++) {
      const other = { ...passage, id: `gone${number}:1:0`, sourceId: `gone${number}`, text: 'tides' };
      await deps.searchIndex.replace(scope, other.sourceId, [other]);
    }
    expect((await search(deps, { ...input, limit: 1 }, signal)).results).toMatchObject([{ sourceId: 'source' }]);
  });

  it('gives what stands nearly alike in many places once, and says where else', async () => {
    const { deps } = await makeBench();
    const long = `${passage.text} ${Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ')}`;
    for (let number = 0; number < 12; number++) {
      const copy = {
        ...passage,
        id: `copy${number}:1:0`,
        sourceId: 'source',
        startMs: number,
        text: long.replace('word7', `x${number}`),
      };
      await deps.searchIndex.replace(scope, `copy${number}`, [copy]);
    }
    const { results } = await search(deps, { ...input, limit: 2 }, signal);
    expect(results).toHaveLength(2);
    expect(results.map(({ alsoAt }) => alsoAt.length).sort()).toEqual([0, 11]);
    expect(results.flatMap(({ alsoAt }) => alsoAt)[0]).toMatchObject({
      lectureId: 'lecture',
      sourceId: 'source',
      kind: 'recording',
    });
  });

  it('keeps to a part of the recordings, and says when that has no length', async () => {
    const { deps } = await makeBench();
    expect((await search(deps, { ...input, fromMs: 1300, toMs: 5000 }, signal)).results).toHaveLength(1);
    expect((await search(deps, { ...input, fromMs: 1301 }, signal)).results).toEqual([]);
    expect((await search(deps, { ...input, kind: 'document' }, signal)).results).toEqual([]);
    await expect(search(deps, { ...input, fromMs: 2, toMs: 1 }, signal)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('says when a filter names no lecture or course', async () => {
    const { deps } = await makeBench();
    await expect(search(deps, { ...input, lectureIds: ['lecture', 'nope'] }, signal)).rejects.toMatchObject({
      code: 'lecture_not_found',
    });
    await expect(search(deps, { ...input, courseId: 'nope' }, signal)).rejects.toMatchObject({ code: 'course_not_found' });
    expect((await search(deps, { ...input, lectureIds: ['lecture'], courseId: 'course' }, signal)).results).toHaveLength(1);
  });

  it('stops when it is told to', async () => {
    const { deps } = await makeBench();
    await expect(search(deps, input, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('asking', () => {
  const input = { scope, lectureId: 'lecture', question: 'When do the tides rise?' };

  it('gives the writer what was found, cut into sentences with their exact places, and returns its answer', async () => {
    const { deps, asked } = await makeBench();
    const reply = await ask(deps, input, signal);
    expect(asked[0]?.question).toBe(input.question);
    expect(asked[0]?.evidence[0]).toMatchObject({ passage, overlap: 1, cosine: expect.any(Number) });
    expect(
      asked[0]?.evidence[0]?.sentences.map(({ text, firstWord, lastWord, startMs, endMs }) => [
        text,
        firstWord,
        lastWord,
        startMs,
        endMs,
      ]),
    ).toEqual([
      ['The moon pulls at the sea.', 0, 5, 0, 600],
      ['So the tides rise twice a day.', 6, 12, 600, 1300],
    ]);
    expect(reply).toMatchObject({ answer: 'So the tides rise twice a day.', supported: true });
    expect(reply.citations).toMatchObject([
      { quote: 'So the tides rise twice a day.', startMs: 600, firstWord: 6, textVersion: 1 },
    ]);
  });

  it('turns an answer with an invented quote into an unsupported one', async () => {
    const { deps } = await makeBench(() => ({
      answer: 'Three times a day.',
      supported: true,
      citations: [{ ...cite(passage), quote: 'the tides rise three times a day' }],
    }));
    const reply = await ask(deps, input, signal);
    expect(reply).toMatchObject({ supported: false, citations: [] });
    expect(reply.answer).not.toContain('Three');
  });

  it('asks no writer when nothing is found or the text is gone', async () => {
    const { deps, asked, shelf } = await makeBench();
    shelf.transcripts = [];
    expect(await ask(deps, input, signal)).toMatchObject({ supported: false, citations: [] });
    await deps.searchIndex.remove(scope, 'source');
    expect(await ask(deps, input, signal)).toMatchObject({ supported: false, citations: [] });
    expect(asked).toEqual([]);
  });

  it('refuses an unknown or foreign lecture', async () => {
    const { deps } = await makeBench();
    await expect(ask(deps, { ...input, lectureId: 'nope' }, signal)).rejects.toMatchObject({ code: 'lecture_not_found' });
    await expect(ask(deps, { ...input, scope: ownerScope('bob') }, signal)).rejects.toMatchObject({ code: 'lecture_not_found' });
  });

  it('refuses questions that are empty or longer than 2000 characters', async () => {
    const { deps } = await makeBench();
    for (const question of ['', '  ', 'x'.repeat(2001)]) {
      await expect(ask(deps, { ...input, question }, signal)).rejects.toMatchObject({ code: 'invalid_request' });
    }
    await expect(ask(deps, { ...input, question: 'tides '.repeat(333) }, signal)).resolves.toMatchObject({ supported: true });
  });
});
