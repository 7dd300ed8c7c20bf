import type { Sentence } from './study-text.ts';

/** Length of the hashed word vectors; collisions of a lecture's few thousand stems hardly matter at this size. */
const WORD_DIMENSIONS = 1024;

/** Unit vectors of sentences; a sentence without content words has the zero vector. */
export interface SentenceVectors {
  readonly words: readonly Float32Array[];
  /** By meaning, from the embedder; null for sentences that were not embedded. */
  readonly meaning: readonly (Float32Array | null)[];
}

/** tf-idf vectors of the sentences' stems, hashed to a fixed length with a sign (feature hashing, Weinberger 2009). */
export function wordVectors(sentences: readonly Pick<Sentence, 'stems'>[]): Float32Array[] {
  const sentencesWith = new Map<string, number>();
  for (const { stems } of sentences) {
    for (const stem of new Set(stems)) sentencesWith.set(stem, (sentencesWith.get(stem) ?? 0) + 1);
  }
  return sentences.map(({ stems }) => {
    const vector = new Float32Array(WORD_DIMENSIONS);
    for (const stem of stems) {
      const hash = fnv1a(stem);
      const weight = Math.log(1 + sentences.length / (sentencesWith.get(stem) ?? 1));
      const at = hash % WORD_DIMENSIONS;
      vector[at] = (vector[at] ?? 0) + (hash & 0x10000 ? weight : -weight);
    }
    return unit(vector);
  });
}

/** How alike two sentences are, 0..1: words and, where both were embedded, meaning in equal parts. */
export function similarity(vectors: SentenceVectors, a: number, b: number): number {
  const words = dot(vectors.words[a], vectors.words[b]);
  const meanings = [vectors.meaning[a], vectors.meaning[b]];
  return meanings[0] && meanings[1] ? (words + dot(meanings[0], meanings[1])) / 2 : words;
}

/** The direction of a group of sentences. */
export function centroid(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) addTo(sum, vector);
  return unit(sum);
}

export function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function addTo(sum: Float32Array, vector: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
}

export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** A 32-bit hash (FNV-1a) that is the same on every machine. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
