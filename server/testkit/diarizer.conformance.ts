import { describe, expect, it } from 'vitest';
import { samplesToMs, type AudioChunk } from '../src/core/domain/audio.ts';
import type { Diarizer, DiarizeOptions, Diarization } from '../src/core/ports/diarizer.ts';

const never = new AbortController().signal;

/**
 * What every `Diarizer` must do. `chunks` is the speech of a recording in which two voices, easy to tell apart, speak in turn; `changesMs` says
 * when the voice changes, `toleranceMs` how exactly the engine can know it.
 */
export function diarizerConformance(
  name: string,
  make: () => {
    readonly diarizer: () => Diarizer;
    readonly chunks: () => Promise<readonly AudioChunk[]>;
    readonly changesMs: () => readonly number[];
    readonly toleranceMs: number;
  },
): void {
  describe(`${name} as Diarizer`, () => {
    const { diarizer, chunks, changesMs, toleranceMs } = make();

    async function diarize(options: Partial<DiarizeOptions> = {}, signal = never): Promise<Diarization> {
      return diarizer().diarize(inOrder(await chunks()), { speakers: null, ...options }, signal);
    }

    it('is ready and says what it is', async () => {
      expect(await diarizer().unavailable()).toBeNull();
      expect(diarizer().engine).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    it('hears when the voice changes, and knows a voice again', async () => {
      const { turns, model } = await diarize();
      expect(model).not.toBe('');
      expect(new Set(turns.map(({ speaker }) => speaker))).toEqual(new Set(['S1', 'S2']));
      const heard = turns.flatMap((turn, i) => (i > 0 && turn.speaker !== turns[i - 1]?.speaker ? [turn.startMs] : []));
      expect(heard).toHaveLength(changesMs().length);
      for (const [i, at] of heard.entries()) expect(Math.abs(at - (changesMs()[i] ?? NaN))).toBeLessThanOrEqual(toleranceMs);
    });

    it('gives turns in order inside the speech, and each speaker with a length and a voice of length 1 or none', async () => {
      const speech = (await chunks()).flatMap(({ utterances }) => utterances);
      const { turns, voices } = await diarize();
      const endMs = samplesToMs(Math.max(...speech.map(({ endSample }) => endSample)));
      let last = samplesToMs(speech[0]?.startSample ?? 0);
      for (const turn of turns) {
        expect(turn.startMs).toBeGreaterThanOrEqual(last);
        expect(turn.endMs).toBeGreaterThan(turn.startMs);
        expect(turn.endMs).toBeLessThanOrEqual(endMs);
        last = turn.startMs;
      }
      expect(voices.map(({ speaker }) => speaker)).toEqual(['S1', 'S2']);
      for (const { speechMs, embedding } of voices) {
        expect(speechMs).toBeGreaterThan(0);
        if (embedding) expect(Math.hypot(...embedding.vector)).toBeCloseTo(1, 3);
      }
    });

    it('finds as many speakers as it is told, where there are so many', async () => {
      for (const speakers of [1, 2]) {
        const { voices } = await diarize({ speakers });
        expect(voices).toHaveLength(speakers);
      }
    });

    it('finds the same again', async () => {
      expect(await diarize()).toEqual(await diarize());
    });

    it('hears nobody where nobody speaks', async () => {
      const empty = await diarizer().diarize(inOrder([]), { speakers: 2 }, never);
      expect([empty.turns, empty.voices]).toEqual([[], []]);
    });

    it('listens once to speech that two chunks hold', async () => {
      const whole = await chunks();
      const twice = whole.flatMap((chunk) => [chunk, chunk]);
      const { turns } = await diarizer().diarize(inOrder(twice), { speakers: null }, never);
      expect(turns).toEqual((await diarize()).turns);
    });

    it('tells how far it is, in order, up to the end', async () => {
      const told: number[] = [];
      await diarize({ onProgress: (endMs) => told.push(endMs) });
      expect(told.length).toBeGreaterThan(0);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(told.at(-1)).toBe(samplesToMs((await chunks()).at(-1)?.endSample ?? 0));
    });

    it('stops within a second when it is aborted, before and in the middle', async () => {
      await expect(diarize({}, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
      const stop = new AbortController();
      let abortedAt = Infinity;
      const source = async function* (): AsyncGenerator<AudioChunk> {
        const [first] = await chunks();
        if (!first) return;
        const length = first.endSample - first.startSample;
        const later = (span: { startSample: number; endSample: number }, by: number) => ({
          startSample: span.startSample + by,
          endSample: span.endSample + by,
        });
        for (let i = 0; ; i++) {
          yield { ...first, ...later(first, i * length), utterances: first.utterances.map((span) => later(span, i * length)) };
          if (i === 1) {
            abortedAt = performance.now();
            stop.abort(new Error('stopped'));
          }
        }
      };
      await expect(diarizer().diarize(source(), { speakers: null }, stop.signal)).rejects.toThrow('stopped');
      expect(performance.now() - abortedAt).toBeLessThan(1_000);
    });

    it('passes on what reading the speech throws', async () => {
      const broken = async function* (): AsyncGenerator<AudioChunk> {
        yield* await chunks();
        throw new RangeError('the file ends here');
      };
      await expect(diarizer().diarize(broken(), { speakers: null }, never)).rejects.toThrow('the file ends here');
    });
  });
}

async function* inOrder(chunks: readonly AudioChunk[]): AsyncGenerator<AudioChunk> {
  yield* chunks;
}
