import { setImmediate } from 'node:timers/promises';
import { AppError } from '../src/core/domain/app-error.ts';
import type { Embedder } from '../src/core/ports/embedder.ts';
import { hashedVector } from './model-servers/hashed-vector.ts';

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
      vectors.push(Float32Array.from(hashedVector(text, this.dimensions)));
    }
    if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
    return vectors;
  }

  async close(): Promise<void> {}
}
