import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Word } from '../domain/transcript.ts';
import { joinParts } from './join-parts.ts';
import type { HeardPart } from './heard-part.ts';
import { tellInOrder, type DoneChunk } from './tell-in-order.ts';

const CHUNK_MS = 20_000;
const OVERLAP_MS = 1_000;

/** A word each 400 ms, all different. */
const said: readonly Word[] = Array.from({ length: 500 }, (_, i) => ({
  text: `w${i}`,
  startMs: i * 400,
  endMs: i * 400 + 350,
  confidence: 0.9,
}));

/** Chunks of 20 s one after the other; `cuts` says after which of them speech goes on. */
function chunksOf(cuts: readonly boolean[]): DoneChunk[] {
  return [...cuts, false].map((isCut, index) => {
    const startMs = index * CHUNK_MS - (cuts[index - 1] ? OVERLAP_MS : 0);
    const endMs = (index + 1) * CHUNK_MS + (isCut ? OVERLAP_MS : 0);
    const words = said.filter((word) => word.startMs >= startMs && word.endMs <= endMs);
    const part: HeardPart = { utterances: [{ startMs, endMs }], words, language: null, noSpeech: null };
    return { index, startMs, endMs, sharedFromMs: isCut ? (index + 1) * CHUNK_MS - OVERLAP_MS : null, part, isTold: false };
  });
}

const textOf = (parts: readonly HeardPart[]): string[] => parts.flatMap(({ words }) => words.map(({ text }) => text));
const wholeOf = (chunks: readonly DoneChunk[]): string[] => textOf(joinParts(chunks.flatMap(({ part }) => part ?? [])));

describe('telling text while it is made', () => {
  const recording = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }).map(chunksOf);

  it('tells every word once and in order, whatever order chunks are done in', () => {
    fc.assert(
      fc.property(
        recording.chain((chunks) =>
          fc.record({
            chunks: fc.constant(chunks),
            order: fc.shuffledSubarray(chunks, { minLength: chunks.length, maxLength: chunks.length }),
          }),
        ),
        ({ chunks, order }) => {
          const tell = tellInOrder();
          const told = order.flatMap((chunk) => textOf(tell(chunk)));
          expect(told).toEqual(wholeOf(chunks));
          expect(new Set(told).size).toBe(told.length);
        },
      ),
    );
  });

  it('tells no word that an earlier run has told, and all others', () => {
    fc.assert(
      fc.property(recording, fc.integer({ min: 1, max: 8 }), (chunks, before) => {
        const [first, second] = [tellInOrder(), tellInOrder()];
        const earlier = chunks.slice(0, before).flatMap((chunk) => textOf(first(chunk)));
        const later = chunks.flatMap((chunk) => textOf(second({ ...chunk, isTold: chunk.index < before })));
        expect([...earlier, ...later]).toEqual(wholeOf(chunks));
      }),
    );
  });

  it('tells each word in one of two jobs that share a recording', () => {
    fc.assert(
      fc.property(recording, fc.infiniteStream(fc.boolean()), (chunks, dice) => {
        const mine = chunks.map(() => dice.next().value === true);
        const [one, other] = [tellInOrder(), tellInOrder()];
        const told = chunks.flatMap((chunk) => [
          ...textOf(one(mine[chunk.index] ? chunk : { ...chunk, part: null })),
          ...textOf(other(mine[chunk.index] ? { ...chunk, part: null } : chunk)),
        ]);
        expect(told.toSorted()).toEqual(wholeOf(chunks).toSorted());
      }),
    );
  });

  it('tells the first chunk at once, without what the next one hears again', () => {
    const tell = tellInOrder();
    const [first] = chunksOf([true]);
    const told = textOf(tell(first!));
    expect(told.length).toBeGreaterThan(40);
    expect(told.at(-1)).toBe('w46'); // ends at 18.75 s, the word after it at 19.15 s; the next chunk begins at 19 s
  });
});
