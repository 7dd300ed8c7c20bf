import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import type { Embedder } from '@scholium/server/core/ports/index.ts';
import type { BenchTable } from '../bench-table.ts';
import { plainBm25 } from './plain-bm25.ts';
import { readMeetings, type Meeting } from './qmsum.ts';
import { remembering, withSearchBed, type SearchBed, type Way } from './search-bed.ts';

const NAME = 'Retrieval in meetings (QMSum, test): which five chunks of about 180 words answer';
const TOP = 5;

/** How much both figures are to be above plain BM25, in points. */
const GOAL = 2;

/** Finds, within each meeting, what its specific queries ask for (4 minutes, of which all but 10 s go into embedding). */
export async function run(): Promise<BenchTable> {
  const embedder = createEnergeticEmbedder();
  try {
    return await measureMeetings(remembering(embedder));
  } finally {
    await embedder.close();
  }
}

export async function measureMeetings(embedder: Embedder): Promise<BenchTable> {
  const meetings = readMeetings();
  if (meetings === null) return { name: `${NAME}: data not found, skipped`, rows: [] };
  return withSearchBed(embedder, async (bed) => {
    for (const { name, passages } of meetings) await bed.put(name, passages);
    const plain = await figuresOf(meetings, async ({ chunks }) => plainBm25(chunks.map(({ text }) => text)));
    const by = (way: Way) => figuresOf(meetings, async (meeting) => chunksBy(bed, meeting, way));
    const [words, meaning, both] = [await by('words'), await by('meaning'), await by('both')];
    const chunks = meetings.flatMap((meeting) => meeting.chunks);
    const row = (what: string, value: number, unit = '%') => ({ what, value, unit });
    const held = (what: string, value: number, least: number) => ({
      ...row(what, value),
      goal: `>= ${least.toFixed(1)} %`,
      ok: value >= least,
    });
    const length = chunks.reduce((sum, { text }) => sum + text.split(' ').length, 0) / chunks.length;
    return {
      name: NAME,
      rows: [
        row('queries', plain.queries, ''),
        row('chunks', chunks.length, ''),
        row('words in a chunk', length, ''),
        row('plain BM25: queries with a gold turn among them', plain.hit),
        row('words: the same', words.hit),
        row('meaning alone: the same', meaning.hit),
        held('words and meaning: the same', both.hit, plain.hit + GOAL),
        row('plain BM25: gold turns among them', plain.found),
        row('words: the same', words.found),
        row('meaning alone: the same', meaning.found),
        held('words and meaning: the same', both.found, plain.found + GOAL),
      ],
    };
  });
}

type Ask = (question: string) => readonly number[] | Promise<readonly number[]>;

interface Figures {
  readonly queries: number;
  /** Share of queries with a gold turn in one of the best chunks, in %. */
  readonly hit: number;
  /** Share of a query's gold turns that stand in the best chunks, the mean over queries, in %. */
  readonly found: number;
}

async function figuresOf(meetings: readonly Meeting[], askIn: (meeting: Meeting) => Promise<Ask>): Promise<Figures> {
  let [queries, hit, found] = [0, 0, 0];
  for (const meeting of meetings) {
    const ask = await askIn(meeting);
    for (const { question, gold } of meeting.queries) {
      const best = [...new Set(await ask(question))].slice(0, TOP);
      const turns = new Set(best.flatMap((chunk) => [...(meeting.chunks[chunk]?.turns ?? [])]));
      const share = [...gold].filter((turn) => turns.has(turn)).length / gold.size;
      queries++;
      found += share;
      if (share > 0) hit++;
    }
  }
  return { queries, hit: (100 * hit) / queries, found: (100 * found) / queries };
}

/** Chunks in the order of their first passage. */
function chunksBy(bed: SearchBed, { name, passages, chunkOf }: Meeting, way: Way): Ask {
  const places = new Map(passages.map(({ id }, place) => [id, place]));
  return async (question) => {
    const found = await bed.find(question, way, { lectureIds: [name] });
    return found.map(({ passage }) => chunkOf[places.get(passage.id) ?? -1] ?? -1);
  };
}
