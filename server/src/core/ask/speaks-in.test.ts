import { describe, expect, it } from 'vitest';
import { MemorySearchIndex } from '../../../testkit/memory-search-index.ts';
import { makeShelf } from '../../../testkit/shelf.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { ownerScope } from '../domain/scope.ts';
import { passagesOf } from '../indexing/passages-of.ts';
import type { AnswerRequest } from '../ports/writer.ts';
import { ask } from './ask.ts';
import { search } from './search.ts';

const scope = ownerScope('ann');
const signal = new AbortController().signal;
const long = (beginning: string): string => `${beginning} ${'and the water follows '.repeat(15)}there.`;

async function setUp() {
  const plain = makeTranscript([long('The moon makes tides.'), 'Who asks about tides?', long('The sun makes tides too.')]);
  const speakers = ['Ada', null, 'Bert'];
  const transcript = {
    ...plain,
    segments: plain.segments.map((segment, index) => ({ ...segment, speaker: speakers[index] ?? null })),
  };
  const searchIndex = new MemorySearchIndex();
  const passages = passagesOf(transcript, { courseId: 'course', courseTitle: '', lectureTitle: '' });
  await searchIndex.replace(scope, 'source', passages);
  const asked: AnswerRequest[] = [];
  const writer = {
    engine: 'test',
    model: 'test',
    digest: 'test',
    answer: async (request: AnswerRequest) => {
      asked.push(request);
      return { answer: '', supported: false, citations: [] };
    },
  };
  const deps = {
    store: makeShelf(transcript).store,
    searchIndex,
    embedder: null,
    log: silentLog,
    metrics: silentMetrics,
    writer,
  };
  return { deps, asked, passages };
}

describe('search and answers of one speaker', () => {
  it.each([
    ['Ada', 'moon'],
    ['  bERT ', 'sun'],
  ])('find what %s says and nothing of the other', async (speaker, word) => {
    const { deps, passages } = await setUp();
    expect(passages.length).toBeGreaterThan(1);
    const { results } = await search(deps, { scope, query: 'tides', limit: 10, speaker }, signal);
    expect(results).toHaveLength(1);
    expect(results[0]?.text).toContain(word);
    expect((await search(deps, { scope, query: 'tides', limit: 10 }, signal)).results.length).toBeGreaterThan(1);
  });

  it('find nothing for a name that nobody has', async () => {
    const { deps } = await setUp();
    expect((await search(deps, { scope, query: 'tides', limit: 10, speaker: 'Cleo' }, signal)).results).toEqual([]);
  });

  it('give the writer sentences of that speaker only', async () => {
    const { deps, asked } = await setUp();
    await ask(deps, { scope, lectureId: 'lecture', question: 'tides', speaker: 'Bert' }, signal);
    const texts = asked[0]?.evidence.flatMap(({ sentences }) => sentences.map(({ text }) => text)) ?? [];
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.join(' ')).not.toMatch(/moon|asks/);
  });
});
