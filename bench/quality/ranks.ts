/** The place of the wanted unit in a list that may name each several times, from 0; Infinity when it is not there. */
export function placeOf(wanted: string, found: readonly string[]): number {
  const place = [...new Set(found)].indexOf(wanted);
  return place < 0 ? Infinity : place;
}

/** nDCG@10 with one relevant unit a question: 1 / log2(place + 1), places from 1. */
export function ndcgAt10(places: readonly number[]): number {
  return places.reduce((sum, place) => sum + (place < 10 ? 1 / Math.log2(place + 2) : 0), 0) / places.length;
}

export function recallAt5(places: readonly number[]): number {
  return places.filter((place) => place < 5).length / places.length;
}
