import { setImmediate } from 'node:timers/promises';
import { AppError } from '../src/core/domain/app-error.ts';
import { contentStems } from '../src/core/domain/content-terms.ts';
import type { Embedder } from '../src/core/ports/embedder.ts';

/** An `Embedder` for tests: each stem of the text adds to one place of the vector, so texts are alike that share words. */
export class HashEmbedder implements Embedder {
  readonly id: string = 'hash';
  readonly dimensions: number = 64;
  readonly languages: readonly string[] = ['en'];
  /** All texts embedded so far, by purpose, for tests that count. */
  readonly heard: { readonly query: string[]; readonly passage: string[] } = { query: [], passage: [] };

  async embed(texts: readonly string[], purpose: 'query' | 'passage', signal: AbortSignal): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      // Queries do not wait for their turn, passages do: so the first overtake the second.
      if (purpose === 'passage') await setImmediate();
      if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
      this.heard[purpose].push(text);
      vectors.push(hashedVector(text, this.dimensions));
    }
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    return vectors;
  }

  async close(): Promise<void> {}
}

function hashedVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const stem of contentStems(text)) {
    const place = hash(stem) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((component) => component / length);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
