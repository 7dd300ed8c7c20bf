import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import { createSqliteSearchIndex } from '@scholium/server/adapters/sqlite-search/sqlite-search-index.ts';
import type { IndexedPassage } from '@scholium/server/core/domain/passage.ts';
import { ownerScope } from '@scholium/server/core/domain/scope.ts';
import type { SearchIndex, SearchQuery } from '@scholium/server/core/ports/index.ts';
import { formatTable, type BenchTable } from '../bench-table.ts';
import { findSampleData } from '../sample-data.ts';

const NAME = 'Retrieval on XQuAD (en): which of 240 paragraphs answers each of 1190 questions';
const scope = ownerScope('bench');
const signal = new AbortController().signal;

interface Squad {
  readonly data: readonly { readonly paragraphs: readonly { context: string; qas: readonly { question: string }[] }[] }[];
}

interface Asked {
  readonly question: string;
  /** Id of the paragraph that holds the answer. */
  readonly wanted: string;
}

/** Ranks by words, by words and meaning, and by meaning alone, through the real index and embedder (about a minute). */
export async function run(): Promise<BenchTable> {
  const file = findSampleData('qa/xquad/xquad.en.json');
  if (file === null) return { name: `${NAME}: data not found, skipped`, rows: [] };
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as Squad; // the published format of SQuAD 1.1
  const paragraphs = data.flatMap((article) => article.paragraphs);
  const passages = paragraphs.map((paragraph, number) => passageOf(number, paragraph.context));
  const asked = paragraphs.flatMap((paragraph, number) =>
    paragraph.qas.map(({ question }) => ({ question, wanted: idOf(number) })),
  );

  const folder = mkdtempSync(join(tmpdir(), 'scholium-quality-'));
  const quiet = (): void => {};
  const index = createSqliteSearchIndex({ dataDir: folder, log: { info: quiet, warn: quiet, error: quiet } });
  const embedder = createEnergeticEmbedder();
  try {
    await index.replace(scope, 'xquad', passages);
    const vectors = await embedder.embed(
      passages.map((passage) => passage.text),
      'passage',
      signal,
    );
    await index.addVectors(
      scope,
      embedder.id,
      vectors.map((vector, number) => ({ id: idOf(number), vector })),
    );
    const questions = await embedder.embed(
      asked.map(({ question }) => question),
      'query',
      signal,
    );
    const vectorOf = (number: number): SearchQuery['vector'] => {
      const values = questions[number];
      return values ? { embedderId: embedder.id, values } : null;
    };

    const words = await ranksOf(index, asked, ({ question }) => ({ text: question, vector: null }));
    const fused = await ranksOf(index, asked, ({ question }, number) => ({ text: question, vector: vectorOf(number) }));
    const meaning = await ranksOf(index, asked, (_asked, number) => ({ text: '', vector: vectorOf(number) }));
    return tableOf(words, fused, meaning);
  } finally {
    await Promise.all([index.close(), embedder.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The place of the wanted paragraph for each question, from 0; Infinity when it is not found. */
async function ranksOf(
  index: SearchIndex,
  asked: readonly Asked[],
  queryOf: (asked: Asked, number: number) => Pick<SearchQuery, 'text' | 'vector'>,
): Promise<number[]> {
  const ranks: number[] = [];
  for (const [number, item] of asked.entries()) {
    const { hits } = await index.search(scope, { ...queryOf(item, number), filter: {}, limit: 10 }, signal);
    const place = hits.findIndex((hit) => hit.passage.id === item.wanted);
    ranks.push(place < 0 ? Infinity : place);
  }
  return ranks;
}

/** nDCG@10 with one relevant paragraph a question: 1 / log2(place + 1), places from 1. */
function ndcg(ranks: readonly number[]): number {
  return ranks.reduce((sum, rank) => sum + (rank < 10 ? 1 / Math.log2(rank + 2) : 0), 0) / ranks.length;
}

function recallAt5(ranks: readonly number[]): number {
  return ranks.filter((rank) => rank < 5).length / ranks.length;
}

function tableOf(words: readonly number[], fused: readonly number[], meaning: readonly number[]): BenchTable {
  const row = (what: string, value: number): BenchTable['rows'][number] => ({ what, value, unit: '' });
  return {
    name: NAME,
    rows: [
      row('words (bm25), nDCG@10', ndcg(words)),
      { ...row('words and meaning, nDCG@10', ndcg(fused)), goal: '>= 0.976', ok: ndcg(fused) >= 0.976 },
      row('meaning alone, nDCG@10', ndcg(meaning)),
      row('words (bm25), recall@5', recallAt5(words)),
      row('words and meaning, recall@5', recallAt5(fused)),
      row('meaning alone, recall@5', recallAt5(meaning)),
    ],
  };
}

function idOf(number: number): string {
  return `xquad:1:${number}`;
}

function passageOf(number: number, text: string): IndexedPassage {
  return {
    id: idOf(number),
    courseId: 'course',
    lectureId: 'lecture',
    sourceId: 'xquad',
    kind: 'document',
    textVersion: 1,
    text,
    context: '',
    startMs: null,
    endMs: null,
    firstWord: null,
    lastWord: null,
    page: number + 1,
    startChar: 0,
    endChar: text.length,
  };
}

if (import.meta.main) {
  const table = await run();
  const results = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'retrieval.json'), `${JSON.stringify(table, null, 2)}\n`);
  console.log(formatTable(table));
  process.exitCode = table.rows.every((row) => row.ok !== false) ? 0 : 1;
}
