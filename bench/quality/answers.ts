import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import { createExtractiveWriter } from '@scholium/server/adapters/extractive/extractive-writer.ts';
import { documentSentencesOf } from '@scholium/server/core/ask/evidence.ts';
import type { DocumentText } from '@scholium/server/core/domain/document.ts';
import { citationFault, citedTexts } from '@scholium/server/core/domain/grounding.ts';
import type { Embedder, SearchHit } from '@scholium/server/core/ports/index.ts';
import type { AnswerDraft, Evidence, Writer } from '@scholium/server/core/ports/writer.ts';
import type { BenchTable } from '../bench-table.ts';
import { remembering, withSearchBed, type SearchBed } from './search-bed.ts';
import { articleDocument, articlePassages, paragraphOf, readXquad, type XquadParagraph } from './xquad.ts';

const NAME = 'Answers without a language model to the 1,190 questions of XQuAD (en), found among all 240 paragraphs';

/** As many passages as the product answers from. */
const EVIDENCE_PASSAGES = 8;

/** Questions about matters of another article are asked for every n-th paragraph. */
const FOREIGN_STRIDE = 10;

const signal = new AbortController().signal;

/** Asks everything through the product's search and its extractive writer (three minutes). */
export async function run(): Promise<BenchTable> {
  const embedder = remembering(createEnergeticEmbedder());
  try {
    return await measureAnswers(embedder);
  } finally {
    await embedder.close();
  }
}

export async function measureAnswers(embedder: Embedder): Promise<BenchTable> {
  const paragraphs = readXquad();
  if (paragraphs === null) return { name: `${NAME}: data not found, skipped`, rows: [] };
  const writer = createExtractiveWriter({ embedder });
  try {
    return await withSearchBed(embedder, async (bed) => {
      const articles = [...new Set(paragraphs.map(({ article }) => article))];
      const documents = articles.map((article) => articleDocument(paragraphs, article));
      for (const article of articles) await bed.put(`xquad${article}`, articlePassages(paragraphs, article));
      const halfOf = (half: number) => paragraphs.filter(({ article }) => article % 2 === half);
      const even = await askAll(bed, writer, { paragraphs: halfOf(0), documents });
      const odd = await askAll(bed, writer, { paragraphs: halfOf(1), documents });
      const rows = [...rowsOf(together(even, odd)), ...halfRows('even', even), ...halfRows('odd', odd)];
      return { name: NAME, rows: [...rows, ...(await foreignRows(bed, writer, { paragraphs, documents }))] };
    });
  } finally {
    await writer.close();
  }
}

interface Material {
  readonly paragraphs: readonly XquadParagraph[];
  readonly documents: readonly DocumentText[];
}

interface Found {
  asked: number;
  answered: number;
  /** Answers whose first citation is of the paragraph, passage or sentence that holds the answer. */
  inParagraph: number;
  inPassage: number;
  inSentence: number;
  /** Any of the cited sentences holds it. */
  inAnySentence: number;
  citations: number;
  faults: number;
}

async function askAll(bed: SearchBed, writer: Writer, material: Material): Promise<Found> {
  const texts = new Map(material.paragraphs.map(({ article, place, text }) => [`${article}.${place}`, text]));
  const lookup = citedTexts(material.documents);
  const found = { asked: 0, answered: 0, inParagraph: 0, inPassage: 0, inSentence: 0, inAnySentence: 0, citations: 0, faults: 0 };
  for (const { questions } of material.paragraphs) {
    for (const { question, answers } of questions) {
      const evidence = evidenceOf(await bed.find(question, 'both'), material.documents);
      const draft = await writer.answer({ question, evidence }, signal);
      const holds = (text: string | undefined) => answers.some((answer) => text?.includes(answer) ?? false);
      const [first] = draft.citations;
      found.asked++;
      if (draft.supported) found.answered++;
      if (first && holds(texts.get(paragraphOf(first)))) found.inParagraph++;
      if (holds(first && passageAround(first, evidence))) found.inPassage++;
      if (holds(first?.quote)) found.inSentence++;
      if (draft.citations.some(({ quote }) => holds(quote))) found.inAnySentence++;
      found.citations += draft.citations.length;
      found.faults += draft.citations.filter((citation) => citationFault(citation, lookup(citation)) !== null).length;
    }
  }
  return found;
}

function together(a: Found, b: Found): Found {
  const sum = { ...a };
  for (const key of Object.keys(a) as (keyof Found)[]) sum[key] += b[key]; // its own keys
  return sum;
}

/** What was chosen by looking at one half of the articles has to hold for the other. */
function halfRows(half: string, { asked, inParagraph, inSentence }: Found): Row[] {
  const row = (what: string, count: number) => ({ what: `${what}, ${half} articles`, value: (100 * count) / asked, unit: '%' });
  return [row('answer in the first cited paragraph', inParagraph), row('answer in the first cited sentence', inSentence)];
}

function evidenceOf(hits: readonly SearchHit[], documents: readonly DocumentText[]): Evidence[] {
  return hits.slice(0, EVIDENCE_PASSAGES).flatMap(({ passage, cosine, overlap }) => {
    const document = documents.find(({ sourceId }) => sourceId === passage.sourceId);
    return document ? [{ passage, sentences: documentSentencesOf(passage, document), cosine, overlap }] : [];
  });
}

/** The text of the passage that a citation is a sentence of. */
function passageAround(citation: AnswerDraft['citations'][number], evidence: readonly Evidence[]): string | undefined {
  const isSentence = ({ sourceId, page, startChar }: Evidence['passage']) =>
    sourceId === citation.sourceId && page === citation.page && startChar === citation.startChar;
  return evidence.find(({ sentences }) => sentences.some(isSentence))?.passage.text;
}

/** The same questions put to an article about something else. */
async function foreignRows(bed: SearchBed, writer: Writer, { paragraphs, documents }: Material): Promise<Row[]> {
  let [asked, refused] = [0, 0];
  for (const [i, { article, questions }] of paragraphs.entries()) {
    if (i % FOREIGN_STRIDE !== 0) continue;
    const other = documents[(article + 7) % documents.length];
    for (const { question } of questions) {
      const hits = await bed.find(question, 'both', { lectureIds: [other?.lectureId ?? ''] });
      asked++;
      if (!(await writer.answer({ question, evidence: evidenceOf(hits, documents) }, signal)).supported) refused++;
    }
  }
  const value = (100 * refused) / asked;
  return [{ what: 'questions put to another article that are refused', value, unit: '%', goal: '>= 90 %', ok: value >= 90 }];
}

type Row = BenchTable['rows'][number];

function rowsOf(found: Found): Row[] {
  const share = (count: number) => (100 * count) / found.asked;
  const held = (what: string, value: number, least: number): Row => ({
    what,
    value,
    unit: '%',
    goal: `>= ${least} %`,
    ok: value >= least,
  });
  return [
    { what: 'questions', value: found.asked, unit: '' },
    { what: 'answered', value: share(found.answered), unit: '%' },
    held('answer in the first cited paragraph', share(found.inParagraph), 95),
    { what: 'answer in the first cited passage (at most 80 words)', value: share(found.inPassage), unit: '%' },
    held('answer in the first cited sentence', share(found.inSentence), 75),
    { what: 'answer in one of the cited sentences (at most 3)', value: share(found.inAnySentence), unit: '%' },
    { what: 'citations', value: found.citations, unit: '' },
    {
      what: 'citations whose words stand at their place',
      value: (100 * (found.citations - found.faults)) / found.citations,
      unit: '%',
      goal: '100 %',
      ok: found.faults === 0,
    },
  ];
}
