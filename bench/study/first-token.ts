import { askInThread, type AskInThreadDeps } from '@scholium/server/core/ask/ask-in-thread.ts';
import { LOCAL_OWNER } from '@scholium/server/core/domain/scope.ts';
import { documentPassages } from '@scholium/server/core/indexing/document-passages.ts';
import type { Embedder, SearchIndex, Store } from '@scholium/server/core/ports/index.ts';
import { aDocument, aLecture, aSource, aThread } from '@scholium/server/testkit/builders.ts';
import { silentLog } from '@scholium/server/testkit/silent-log.ts';
import { silentMetrics } from '@scholium/server/testkit/silent-metrics.ts';
import type { BenchTable } from '../bench-table.ts';
import { latenciesOf } from '../latencies.ts';
import { randomNumbers, unitVector } from '../search/random-vectors.ts';
import { readRealText } from '../search/real-text.ts';

const SENTENCES_PER_DOCUMENT = 300;
const WARM_UP = 10;
const scope = { kind: 'owner', ownerId: LOCAL_OWNER } as const;
const signal = new AbortController().signal;

export interface FirstTokenDeps {
  readonly store: Store;
  readonly searchIndex: SearchIndex;
  readonly embedder: Embedder;
  readonly writer: AskInThreadDeps['writer'];
}

/**
 * From the question to the first word of its answer, in a conversation about everything, one question after the other: saved, embedded,
 * searched, its evidence read and answered. Questions without a supported answer count as long as they take.
 */
export async function firstTokenRows(
  deps: FirstTokenDeps,
  { passages, questions }: { readonly passages: number; readonly questions: number },
): Promise<BenchTable['rows']> {
  const text = readRealText();
  const filled = await fill(deps, text.sentences, passages);
  await deps.store.threads.insert(scope, aThread({ about: { kind: 'everything' } }));
  // No question comes twice, as the embedder keeps the vectors of the last ones.
  let number = 0;
  const next = (): string => text.questions[(number++ * 7) % text.questions.length] ?? '';
  for (let i = 0; i < WARM_UP; i++) await timeToFirst(deps, next());
  const times: number[] = [];
  let answered = 0;
  for (let i = 0; i < questions; i++) {
    const { ms, supported } = await timeToFirst(deps, next());
    times.push(ms);
    if (supported) answered++;
  }
  const { p50, p95 } = latenciesOf(times);
  return [
    { what: 'passages searched', value: filled, unit: '' },
    { what: 'questions with an answer', value: (100 * answered) / questions, unit: '%' },
    { what: 'first word of an answer, p50', value: p50, unit: 'ms' },
    { what: 'first word of an answer, p95', value: p95, unit: 'ms', goal: '< 300 ms', ok: p95 < 300 },
  ];
}

async function timeToFirst(deps: FirstTokenDeps, question: string): Promise<{ ms: number; supported: boolean }> {
  const startedAt = performance.now();
  let firstAt: number | null = null;
  const rest = { clock: { now: () => 1_000 }, log: silentLog, metrics: silentMetrics };
  const { supported } = await askInThread(
    { ...deps, ...rest },
    { scope, threadId: 'thr_1', question },
    (event) => {
      if (event.type === 'delta') firstAt ??= performance.now();
    },
    signal,
  );
  return { ms: (firstAt ?? performance.now()) - startedAt, supported: supported === true };
}

/** Documents of real sentences drawn at random, cut by the product, with random vectors. Returns how many passages there are. */
async function fill(
  { store, searchIndex, embedder }: FirstTokenDeps,
  sentences: readonly string[],
  wanted: number,
): Promise<number> {
  const random = randomNumbers(1);
  const pick = (): string => sentences[Math.floor(random() * sentences.length)] ?? '';
  let filled = 0;
  for (let i = 0; filled < wanted; i++) {
    const [lectureId, sourceId] = [`lec_${i}`, `doc_${i}`];
    await store.lectures.insert(scope, aLecture({ id: lectureId }));
    await store.sources.insert(scope, aSource({ id: sourceId, lectureId, kind: 'document' }));
    const text = Array.from({ length: SENTENCES_PER_DOCUMENT }, pick).join(' ');
    const pages = [{ number: 1, label: null, text, headings: [] }];
    const document = await store.documents.add(scope, aDocument({ lectureId, sourceId, pages }));
    const passages = documentPassages(document, { courseId: 'course-1', courseTitle: 'Biology', lectureTitle: 'Memory' });
    await searchIndex.replace(scope, sourceId, passages);
    const vectors = passages.map(({ id }) => ({ id, vector: unitVector(embedder.dimensions, random) }));
    await searchIndex.addVectors(scope, embedder.id, vectors);
    filled += passages.length;
  }
  return filled;
}
