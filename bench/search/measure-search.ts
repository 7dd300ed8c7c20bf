import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import type { IndexedPassage } from '@scholium/server/core/domain/passage.ts';
import { ownerScope } from '@scholium/server/core/domain/scope.ts';
import type { Embedder, SearchIndex, SearchReply } from '@scholium/server/core/ports/index.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { randomNumbers, unitVector } from './random-vectors.ts';
import { readRealText } from './real-text.ts';

const CHUNKS_PER_LECTURE = 100;
const REQUESTS_PER_SECOND = 20;
const scope = ownerScope('bench');
const signal = new AbortController().signal;

/** Questions whose words stand in no passage: only the scan of all vectors can answer them. */
const STRANGE_WORDS = [
  'zyzzyva',
  'quokka',
  'ukulele',
  'xylotomy',
  'wombat',
  'jujitsu',
  'vuvuzela',
  'axolotl',
  'okapi',
  'kumquat',
];

/**
 * Search over 50,000 passages at 20 requests a second, from the question as text to the hits: 20 s of questions in the
 * passages' words, the same of questions that share none. Closes the index.
 */
export async function measureSearch(name: string, index: SearchIndex, { short }: BenchOptions): Promise<BenchTable> {
  const [chunks, seconds] = short ? [5_000, 3] : [50_000, 20];
  const embedder = createEnergeticEmbedder();
  try {
    const { sentences, questions } = readRealText();
    await fill(index, embedder, sentences, chunks);
    // No question comes twice, as embedders keep the vectors of the last ones.
    let number = 0;
    const asked = (): string => questions[(number++ * 7) % questions.length] ?? '';
    const strange = (): string => `${strangeWords(number++)}?`;
    for (let round = 0; round < 20; round++) await ask(index, embedder, round % 2 === 0 ? asked() : strange());

    const hybrid = await load(index, embedder, asked, seconds);
    const dense = await load(index, embedder, strange, seconds);
    return tableOf(
      `${name}: search over ${chunks} passages, ${REQUESTS_PER_SECOND} requests a second, question embedded`,
      hybrid,
      dense,
    );
  } finally {
    await Promise.all([index.close(), embedder.close()]);
  }
}

/** Three of them, in one of a thousand orders. */
function strangeWords(number: number): string {
  const places = [number, Math.floor(number / 10), Math.floor(number / 100)];
  return places.map((place) => STRANGE_WORDS[place % STRANGE_WORDS.length]).join(' ');
}

interface Load {
  readonly latencies: readonly number[];
  readonly loopDelayMs: number;
  readonly dense: number;
}

/** Sends questions at a fixed rate, whether earlier ones have been answered or not. */
async function load(index: SearchIndex, embedder: Embedder, nextQuestion: () => string, seconds: number): Promise<Load> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const running: Promise<{ latency: number; mode: SearchReply['mode'] }>[] = [];
  for (let number = 0; number < REQUESTS_PER_SECOND * seconds; number++) {
    await sleep(Math.max(0, startedAt + (number * 1000) / REQUESTS_PER_SECOND - performance.now()));
    const sentAt = performance.now();
    running.push(ask(index, embedder, nextQuestion()).then(({ mode }) => ({ latency: performance.now() - sentAt, mode })));
  }
  const done = await Promise.all(running);
  delay.disable();
  return {
    latencies: done.map(({ latency }) => latency).sort((a, b) => a - b),
    loopDelayMs: delay.percentile(99) / 1e6,
    dense: done.filter(({ mode }) => mode === 'dense').length,
  };
}

async function ask(index: SearchIndex, embedder: Embedder, text: string): Promise<SearchReply> {
  const vector = embedder.embed([text], 'query', signal).then(([values]) => {
    if (!values) throw new Error('The question was not embedded.');
    return { embedderId: embedder.id, values };
  });
  return index.search(scope, { text, vector, filter: {}, limit: 10 }, signal);
}

/** Passages of four real sentences drawn at random, with random unit vectors. */
async function fill(index: SearchIndex, embedder: Embedder, sentences: readonly string[], chunks: number): Promise<void> {
  const random = randomNumbers(1);
  for (let start = 0; start < chunks; start += CHUNKS_PER_LECTURE) {
    const sourceId = `source${start / CHUNKS_PER_LECTURE}`;
    const passages = Array.from({ length: CHUNKS_PER_LECTURE }, (_, number) => {
      const text = Array.from({ length: 4 }, () => sentences[Math.floor(random() * sentences.length)]).join(' ');
      return passageOf(sourceId, number, text);
    });
    await index.replace(scope, sourceId, passages);
    await index.addVectors(
      scope,
      embedder.id,
      passages.map(({ id }) => ({ id, vector: unitVector(embedder.dimensions, random) })),
    );
  }
}

function passageOf(sourceId: string, number: number, text: string): IndexedPassage {
  return {
    id: `${sourceId}:1:${number}`,
    courseId: 'course',
    lectureId: sourceId,
    sourceId,
    kind: 'recording',
    textVersion: 1,
    text,
    context: 'A course of many lectures',
    startMs: number * 30_000,
    endMs: number * 30_000 + 29_000,
    firstWord: number * 80,
    lastWord: number * 80 + 79,
    page: null,
    startChar: null,
    endChar: null,
  };
}

function tableOf(name: string, hybrid: Load, dense: Load): BenchTable {
  const at = (load: Load, share: number): number => load.latencies[Math.floor(load.latencies.length * share)] ?? Number.NaN;
  const row = (what: string, value: number, limit?: number): BenchTable['rows'][number] =>
    limit === undefined ? { what, value, unit: 'ms' } : { what, value, unit: 'ms', goal: `< ${limit} ms`, ok: value < limit };
  return {
    name,
    rows: [
      row('hybrid, p50', at(hybrid, 0.5)),
      row('hybrid, p95', at(hybrid, 0.95), 60),
      row('no word in common, p50', at(dense, 0.5)),
      row('no word in common, p95', at(dense, 0.95), 150),
      {
        what: 'of these by the scan of all vectors',
        value: (100 * dense.dense) / dense.latencies.length,
        unit: '%',
        goal: '100 %',
        ok: dense.dense === dense.latencies.length,
      },
      row('event-loop delay p99, hybrid', hybrid.loopDelayMs, 30),
      row('event-loop delay p99, no word in common', dense.loopDelayMs, 30),
      { what: 'resident memory of the process', value: process.memoryUsage().rss / 2 ** 20, unit: 'MiB' },
    ],
  };
}
