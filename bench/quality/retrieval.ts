import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import type { Embedder } from '@scholium/server/core/ports/index.ts';
import type { BenchTable } from '../bench-table.ts';
import { readParaphrases, sharedWords } from './paraphrases.ts';
import { plainBm25 } from './plain-bm25.ts';
import { ndcgAt10, placeOf, recallAt5 } from './ranks.ts';
import { remembering, withSearchBed, type SearchBed, type Way } from './search-bed.ts';
import { articlePassages, paragraphOf, readXquad, type XquadParagraph } from './xquad.ts';

const NAME = 'Retrieval on XQuAD (en): which of 240 paragraphs answers each of 1,190 questions';

interface Asked {
  readonly question: string;
  readonly wanted: string;
}

/** Ranks by plain BM25, by words, by meaning and by both, through the product's passages, index and embedder (about a minute). */
export async function run(): Promise<BenchTable> {
  const embedder = createEnergeticEmbedder();
  try {
    return await measureRetrieval(remembering(embedder));
  } finally {
    await embedder.close();
  }
}

export async function measureRetrieval(embedder: Embedder): Promise<BenchTable> {
  const paragraphs = readXquad();
  if (paragraphs === null) return { name: `${NAME}: data not found, skipped`, rows: [] };
  const asked = paragraphs.flatMap((paragraph) =>
    paragraph.questions.map(({ question }): Asked => ({ question, wanted: nameOf(paragraph) })),
  );
  return withSearchBed(embedder, async (bed) => {
    for (const article of new Set(paragraphs.map((paragraph) => paragraph.article))) {
      await bed.put(`xquad${article}`, articlePassages(paragraphs, article));
    }
    return {
      name: NAME,
      rows: [...(await questionRows(bed, paragraphs, asked)), ...(await paraphraseRows(bed, paragraphs))],
    };
  });
}

type Row = BenchTable['rows'][number];

async function questionRows(bed: SearchBed, paragraphs: readonly XquadParagraph[], asked: readonly Asked[]): Promise<Row[]> {
  const bm25 = plainBm25(paragraphs.map(({ text }) => text));
  const names = paragraphs.map(nameOf);
  const plain = asked.map(({ question, wanted }) => placeOf(wanted, namesAt(names, bm25(question))));
  const words = await placesBy(bed, 'words', asked);
  const meaning = await placesBy(bed, 'meaning', asked);
  const both = await placesBy(bed, 'both', asked);
  return [
    row('plain BM25 over paragraphs, nDCG@10', ndcgAt10(plain)),
    row('words, nDCG@10', ndcgAt10(words)),
    row('meaning alone, nDCG@10', ndcgAt10(meaning)),
    held('words and meaning, nDCG@10', ndcgAt10(both), 0.98),
    row('plain BM25 over paragraphs, recall@5', recallAt5(plain)),
    row('words, recall@5', recallAt5(words)),
    row('meaning alone, recall@5', recallAt5(meaning)),
    held('words and meaning, recall@5', recallAt5(both), 0.995),
  ];
}

async function paraphraseRows(bed: SearchBed, paragraphs: readonly XquadParagraph[]): Promise<Row[]> {
  const paraphrases = readParaphrases();
  const byName = new Map(paragraphs.map((paragraph) => [nameOf(paragraph), paragraph]));
  const shared = paraphrases.filter((paraphrase) => {
    const paragraph = byName.get(paraphrase.paragraph);
    return !paragraph || sharedWords(paraphrase, paragraph).length > 0;
  }).length;
  const asked = paraphrases.map(({ question, paragraph }) => ({ question, wanted: paragraph }));
  return [
    row('paraphrases', paraphrases.length),
    { what: 'paraphrases with a word of their paragraph', value: shared, unit: '', goal: '0', ok: shared === 0 },
    row('paraphrases by words, recall@5', recallAt5(await placesBy(bed, 'words', asked))),
    row('paraphrases by meaning alone, recall@5', recallAt5(await placesBy(bed, 'meaning', asked))),
    held('paraphrases by words and meaning, recall@5', recallAt5(await placesBy(bed, 'both', asked)), 0.6),
  ];
}

/** The place of the wanted paragraph for each question: paragraphs in the order of their first passage. */
async function placesBy(bed: SearchBed, way: Way, asked: readonly Asked[]): Promise<number[]> {
  const places: number[] = [];
  for (const { question, wanted } of asked) {
    const hits = await bed.find(question, way);
    places.push(
      placeOf(
        wanted,
        hits.map(({ passage }) => paragraphOf(passage)),
      ),
    );
  }
  return places;
}

function nameOf({ article, place }: XquadParagraph): string {
  return `${article}.${place}`;
}

function namesAt(names: readonly string[], places: readonly number[]): string[] {
  return places.map((place) => names[place] ?? '');
}

function row(what: string, value: number): Row {
  return { what, value, unit: '' };
}

function held(what: string, value: number, goal: number): Row {
  return { what, value, unit: '', goal: `>= ${goal}`, ok: value >= goal };
}
