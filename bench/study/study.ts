import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { artifactKinds } from '@scholium/contract';
import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import { createExtractiveWriter } from '@scholium/server/adapters/extractive/extractive-writer.ts';
import { openSqliteStore } from '@scholium/server/adapters/sqlite/open-sqlite-store.ts';
import { createSqliteSearchIndex } from '@scholium/server/adapters/sqlite-search/sqlite-search-index.ts';
import type { Transcript } from '@scholium/server/core/domain/transcript.ts';
import { LOCAL_OWNER, ownerScope } from '@scholium/server/core/domain/scope.ts';
import { collectMaterial } from '@scholium/server/core/generate/collect-material.ts';
import { indexSource, putPassages } from '@scholium/server/core/indexing/index-source.ts';
import type { Store } from '@scholium/server/core/ports/index.ts';
import { aCourse, aLecture, aSource, aTranscript } from '@scholium/server/testkit/builders.ts';
import { silentLog } from '@scholium/server/testkit/silent-log.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { inFolder } from '../scholium-process.ts';
import { readRealText } from '../search/real-text.ts';
import { firstTokenRows } from './first-token.ts';

/** A lecture of three hours. */
const WORDS = 30_000;
const WORD_MS = 360;

const scope = ownerScope(LOCAL_OWNER);
const signal = new AbortController().signal;

/** What happens to a three-hour transcript after it was heard, and how soon an answer begins among 50,000 passages. */
export function run({ short }: BenchOptions): Promise<BenchTable> {
  return inFolder(async (dataDir) => {
    const store = await openSqliteStore({ path: join(dataDir, 'scholium.db'), log: silentLog });
    const searchIndex = createSqliteSearchIndex({ dataDir, log: silentLog });
    const embedder = createEnergeticEmbedder();
    const writer = createExtractiveWriter({ embedder });
    try {
      const words = short ? WORDS / 10 : WORDS;
      const deps = { store, searchIndex, embedder };
      const rows = [
        ...(await indexRows(deps, words)),
        await notesRow(store, writer),
        ...(await firstTokenRows(
          { ...deps, writer },
          short ? { passages: 5_000, questions: 30 } : { passages: 50_000, questions: 300 },
        )),
      ];
      return { name: `A transcript of ${words} words, and answers`, rows };
    } finally {
      await Promise.all([searchIndex.close(), embedder.close(), writer.close()]);
      await store.close();
    }
  });
}

type Row = BenchTable['rows'][number];

async function indexRows(deps: Parameters<typeof indexSource>[0] & { readonly store: Store }, words: number): Promise<Row[]> {
  await deps.store.courses.insert(scope, aCourse());
  await deps.store.lectures.insert(scope, aLecture());
  await deps.store.sources.insert(scope, aSource());
  const { version, sourceId } = await deps.store.transcripts.add(scope, transcriptOf(words));
  // Threads and files are opened by an empty source: they are open while a server runs.
  await deps.searchIndex.replace(scope, 'warm', []);
  const input = { scope, sourceId, textVersion: version };
  const lexical = await timed(() => putPassages(deps, input, signal));
  const meaning = await timed(() => indexSource(deps, { ...input, onProgress: () => {} }, signal));
  return [
    row('searchable by words', lexical.seconds, 's', 2),
    row('event-loop delay meanwhile, longest', lexical.loopDelayMs, 'ms'),
    row('searchable by meaning (embedded model)', meaning.seconds, 's', 60),
    row('event-loop delay meanwhile, p99', meaning.loopDelayP99Ms, 'ms', 30),
    row('event-loop delay meanwhile, longest', meaning.loopDelayMs, 'ms'),
  ];
}

async function notesRow(store: Store, writer: ReturnType<typeof createExtractiveWriter>): Promise<Row> {
  const lecture = aLecture();
  const { seconds } = await timed(async () => {
    const { material } = await collectMaterial(store, scope, lecture);
    const drafts = await writer.write({ material, kinds: artifactKinds, length: 1 }, signal);
    if (drafts.length < artifactKinds.length - 1) throw new Error(`Only ${drafts.length} artifacts were made.`);
  });
  return row(`all artifacts (${artifactKinds.length} kinds) by the extractive engine`, seconds, 's', 20);
}

interface Timed {
  readonly seconds: number;
  readonly loopDelayMs: number;
  readonly loopDelayP99Ms: number;
}

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  delay.disable();
  return { seconds, loopDelayMs: delay.max / 1e6, loopDelayP99Ms: delay.percentile(99) / 1e6 };
}

/** Real sentences, as often as it takes. */
function transcriptOf(count: number): Omit<Transcript, 'version'> {
  const { sentences } = readRealText();
  const segments: Transcript['segments'] = [];
  for (let words = 0, id = 0; words < count; id++) {
    const texts = (sentences[id % sentences.length] ?? '').split(/\s+/);
    const spoken = texts.map((text, i) => ({
      text,
      startMs: (words + i) * WORD_MS,
      endMs: (words + i + 1) * WORD_MS,
      confidence: 0.9,
    }));
    const [startMs, endMs] = [words * WORD_MS, (words + texts.length) * WORD_MS];
    segments.push({ id, startMs, endMs, speaker: null, text: texts.join(' '), confidence: 0.9, words: spoken });
    words += texts.length;
  }
  return aTranscript({ segments, durationMs: segments.at(-1)?.endMs ?? 0, draftQuality: false });
}

function row(what: string, value: number, unit: string, limit?: number): Row {
  return limit === undefined ? { what, value, unit } : { what, value, unit, goal: `< ${limit} ${unit}`, ok: value < limit };
}
