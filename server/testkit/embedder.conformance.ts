import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '../src/core/ports/embedder.ts';

const signal = new AbortController().signal;

/**
 * What every `Embedder` must do. One embedder serves all tests of the suite and is closed at its end.
 *
 * @example embedderConformance('HashEmbedder', async () => new HashEmbedder())
 */
export function embedderConformance(name: string, makeEmbedder: () => Promise<Embedder>): void {
  describe(`${name} as an embedder`, () => {
    let embedder: Embedder;

    beforeAll(async () => {
      embedder = await makeEmbedder();
    });
    afterAll(() => embedder.close());

    async function embed(text: string, purpose: 'query' | 'passage' = 'passage'): Promise<Float32Array> {
      const [vector] = await embedder.embed([text], purpose, signal);
      expect(vector).toBeInstanceOf(Float32Array);
      return vector ?? new Float32Array();
    }

    it('names itself, its dimensions and its languages', () => {
      expect(embedder.id).not.toBe('');
      expect(embedder.dimensions).toBeGreaterThan(0);
      const { languages } = embedder;
      expect(languages === 'any' || languages.every((language) => /^[a-z]{2}$/.test(language))).toBe(true);
    });

    it('makes one unit vector for each text, whatever the text is', async () => {
      const texts = ['The tides rise.', '', ' \n', '?!', '日本語', '\ud800\u0000', 'word '.repeat(50_000), 'x'.repeat(100_000)];
      const vectors = await embedder.embed(texts, 'passage', signal);
      expect(vectors).toHaveLength(texts.length);
      for (const vector of vectors) {
        expect(vector).toHaveLength(embedder.dimensions);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
      }
    });

    it('makes the same vector of the same text, alone or among others, in order', async () => {
      const [moon, cell] = await embedder.embed(['The moon pulls at the sea.', 'A cell divides.'], 'passage', signal);
      expect(cosine(await embed('A cell divides.'), cell)).toBeCloseTo(1, 4);
      expect(cosine(await embed('The moon pulls at the sea.'), moon)).toBeCloseTo(1, 4);
      expect(cosine(moon, cell)).toBeLessThan(0.9);
    });

    it('puts a question nearer to the passage it is about', async () => {
      const question = await embed('What makes the tides of the sea?', 'query');
      const about = await embed('The moon makes the tides: it pulls at the water of the sea.');
      const other = await embed('A court may overturn the verdict of a jury.');
      expect(cosine(question, about)).toBeGreaterThan(cosine(question, other) + 0.1);
    });

    it('makes nothing of nothing', async () => {
      expect(await embedder.embed([], 'query', signal)).toEqual([]);
    });

    it('lets a query overtake the passages that wait', async () => {
      const order: string[] = [];
      const passages = Array.from({ length: 20 }, (_, number) => `Passage number ${number} waits for its turn.`);
      const waiting = embedder.embed(passages, 'passage', signal).finally(() => order.push('passages'));
      await embedder.embed(['tides'], 'query', signal).finally(() => order.push('query'));
      await waiting;
      expect(order).toEqual(['query', 'passages']);
    });

    it('stops when it is told to', async () => {
      const controller = new AbortController();
      const waiting = embedder.embed(
        Array.from<string>({ length: 50 }).fill('A passage to be stopped.'),
        'passage',
        controller.signal,
      );
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
      await expect(embedder.embed(['late'], 'query', controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    });
  });
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return a?.reduce((sum, component, index) => sum + component * (b?.[index] ?? 0), 0) ?? Number.NaN;
}
