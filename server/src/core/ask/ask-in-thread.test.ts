import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture, aSource, aThread, aTranscript } from '../../../testkit/builders.ts';
import { firstSentenceWriter } from '../../../testkit/first-sentence-writer.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { MemorySearchIndex } from '../../../testkit/memory-search-index.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { falseAnswersIn } from '../../../testkit/true-citations.ts';
import { AppError } from '../domain/app-error.ts';
import { LOCAL_OWNER, ownerScope, type Scope } from '../domain/scope.ts';
import type { Message } from '../domain/thread.ts';
import { passagesOf } from '../indexing/passages-of.ts';
import type { AnswerRequest, Writer } from '../ports/writer.ts';
import { askInThread, type AnswerEvent, type AskInThreadDeps } from './ask-in-thread.ts';

const scope = ownerScope(LOCAL_OWNER) as Extract<Scope, { kind: 'owner' }>; // it makes no other kind

async function setUp(): Promise<AskInThreadDeps & { searched: string[]; index: MemorySearchIndex }> {
  const store = memoryStore();
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, aSource());
  await store.threads.insert(scope, aThread({ title: '' }));
  const searchIndex = new MemorySearchIndex();
  const transcript = await store.transcripts.add(scope, aTranscript());
  await searchIndex.replace(scope, 'src_1', passagesOf(transcript, { courseId: 'course-1', courseTitle: '', lectureTitle: '' }));
  const searched: string[] = [];
  const spying = {
    search: (...args: Parameters<MemorySearchIndex['search']>) => {
      searched.push(args[1].text);
      return searchIndex.search(...args);
    },
  };
  const deps = {
    store,
    embedder: null,
    log: silentLog,
    metrics: silentMetrics,
    clock: new ManualClock(),
    writer: firstSentenceWriter(),
  };
  return { ...deps, searchIndex: spying, searched, index: searchIndex };
}

let deps: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  deps = await setUp();
});
afterEach(async () => {
  expect((await falseAnswersIn(deps.store, scope)).wrong).toEqual([]);
});

function ask(
  question: string,
  options: { writer?: Writer; speaker?: string; signal?: AbortSignal; emit?: (event: AnswerEvent) => void } = {},
) {
  const { writer = deps.writer as Writer, speaker, signal = new AbortController().signal, emit = () => {} } = options;
  return askInThread({ ...deps, writer }, { scope, threadId: 'thr_1', question, speaker }, emit, signal);
}

const messages = (): Promise<readonly Message[]> => deps.store.threads.messages(scope, 'thr_1', 50);

function writerThat(answer: (request: AnswerRequest, signal: AbortSignal) => ReturnType<Writer['answer']>): Writer {
  return { ...firstSentenceWriter(), answer };
}

describe('asking in a conversation', () => {
  it('remembers what was said, without the marks, and searches a short question with the one before', async () => {
    await ask('How does memory fade?');
    const seen: AnswerRequest[] = [];
    const writer = writerThat(async (request) => {
      seen.push(request);
      return { answer: 'It fades [1].', supported: true, citations: [] };
    });
    await ask('And why?', { writer });
    await ask('And when?', { writer });
    expect(deps.searched).toEqual(['How does memory fade?', 'How does memory fade? And why?', 'And why? And when?']);
    expect(seen[0]?.history).toEqual([
      { role: 'user', text: 'How does memory fade?' },
      { role: 'assistant', text: 'Memory fades.' },
    ]);
  });

  it('answers from what one speaker says, when asked to', async () => {
    const transcript = aTranscript({ segments: aTranscript().segments.map((segment) => ({ ...segment, speaker: 'Ada' })) });
    const added = await deps.store.transcripts.add(scope, transcript);
    await deps.index.replace(scope, 'src_1', passagesOf(added, { courseId: 'course-1', courseTitle: '', lectureTitle: '' }));
    expect(await ask('memory', { speaker: ' ada ' })).toMatchObject({ supported: true, citations: [{ quote: 'Memory fades.' }] });
    expect(await ask('memory', { speaker: 'Bob' })).toMatchObject({ supported: false, citations: [] });
  });

  it('drops citations that are false, whatever the writer says', async () => {
    const writer = writerThat(async ({ evidence }) => {
      const [first] = evidence[0]?.sentences ?? [];
      if (!first) throw new Error('There is evidence.');
      const { text, ...place } = first;
      return { answer: 'Cats.', supported: true, citations: [{ ...place, quote: `${text} and cats` }] };
    });
    expect(await ask('memory', { writer })).toMatchObject({ supported: false, citations: [] });
  });

  it('keeps what was said when it is stopped', async () => {
    const stop = new AbortController();
    const writer = writerThat(async ({ onDelta }, signal) => {
      onDelta?.('Memory fa');
      stop.abort();
      signal.throwIfAborted();
      throw new Error('unreachable');
    });
    await expect(ask('memory', { writer, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect((await messages()).map(({ role, text, status }) => [role, text, status])).toEqual([
      ['user', 'memory', 'complete'],
      ['assistant', 'Memory fa', 'stopped'],
    ]);
  });

  it('keeps that an answer failed, and why', async () => {
    const writer = writerThat(() => Promise.reject(new AppError('model_unreachable', 'The model does not answer.')));
    await expect(ask('memory', { writer })).rejects.toMatchObject({ code: 'model_unreachable' });
    expect((await messages()).at(-1)).toMatchObject({ status: 'failed', text: 'The model does not answer.', supported: false });
  });

  it('names the conversation after the first question, cut between words', async () => {
    await ask(`memory ${'and sleep '.repeat(20)}`);
    await ask('Another question about memory?');
    const { title } = (await deps.store.threads.find(scope, 'thr_1')) ?? { title: '' };
    expect(title).toMatch(/^memory and sleep.*…$/);
    expect(title.length).toBeLessThanOrEqual(61);
  });

  it('asks no writer when nothing was found', async () => {
    const writer = writerThat(() => Promise.reject(new Error('must not be asked')));
    const events: string[] = [];
    const answer = await ask('zzz', { writer, emit: ({ type }) => events.push(type) });
    expect([answer.supported, events]).toEqual([false, ['sources']]);
  });
});
