import { contentStems, queryWords, stemOf } from '@scholium/server/core/domain/content-terms.ts';

const [K1, B] = [1.2, 0.75];

/**
 * BM25 as textbooks have it (Robertson 1994; k1 1.2, b 0.75, idf as in Lucene), with the product's stems and stop words and
 * nothing else: what search is compared with. Gives the places of the texts in which a word stands, best first.
 */
export function plainBm25(texts: readonly string[]): (question: string) => number[] {
  const counts = texts.map((text) => countsOf(contentStems(text)));
  const lengths = counts.map((words) => [...words.values()].reduce((sum, often) => sum + often, 0));
  const usual = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
  const holding = countsOf(counts.flatMap((words) => [...words.keys()]));
  return (question) => {
    const stems = new Set(queryWords(question).map(stemOf));
    const scores = counts.map((words, place) => {
      let score = 0;
      for (const stem of stems) {
        const often = words.get(stem) ?? 0;
        const rows = holding.get(stem) ?? 0;
        const idf = Math.log(1 + (texts.length - rows + 0.5) / (rows + 0.5));
        score += (idf * often * (K1 + 1)) / (often + K1 * (1 - B + (B * (lengths[place] ?? 0)) / usual));
      }
      return { place, score };
    });
    return scores
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || a.place - b.place)
      .map(({ place }) => place);
  };
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
