import { describe, expect, it } from 'vitest';
import { samplesToMs } from '../src/core/domain/audio.ts';
import type { LiveSession, LiveText, LiveTranscriber } from '../src/core/ports/live-transcriber.ts';
import { blocksOf, silence } from './sound.ts';

const never = new AbortController().signal;
const asItIs = { model: null, language: null };

/** What every `LiveTranscriber` must do. `speech` is some seconds of sound in which words are heard. */
export function liveTranscriberConformance(
  name: string,
  make: () => { transcriber: LiveTranscriber; speech: () => Promise<Int16Array> },
): void {
  describe(`${name} as LiveTranscriber`, () => {
    const { transcriber, speech: load } = make();

    async function open<T>(work: (session: LiveSession) => Promise<T>): Promise<T> {
      const session = await transcriber.open(asItIs, never);
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    }

    /** All that is told of a sound that comes in blocks. */
    const hear = (sound: Int16Array, block: number): Promise<LiveText[]> =>
      open(async (session) => {
        const told: LiveText[] = [];
        for (const samples of blocksOf(sound, block)) told.push(await session.accept(samples));
        return [...told, await session.flush()];
      });

    it('is ready and says what it is', async () => {
      expect(await transcriber.unavailable()).toBeNull();
      expect(transcriber.engine).toMatch(/^[a-z][a-z0-9-]*$/);
      await open(async ({ model, language }) => {
        expect(model.length).toBeGreaterThan(0);
        if (language !== null) expect(language).toMatch(/^[a-z]{2,3}$/);
      });
    });

    it('gives words in order, with times in what it has been given by then', async () => {
      const speech = await load();
      const told = await hear(speech, 1_600);
      expect(wordsOf(told).length).toBeGreaterThan(0);
      let last = 0;
      told.forEach(({ words }, index) => {
        for (const word of words) {
          expect(word.text).toMatch(/^\S+$/);
          expect(word.startMs).toBeGreaterThanOrEqual(last);
          expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
          expect(word.endMs).toBeLessThanOrEqual(samplesToMs(Math.min(speech.length, (index + 1) * 1_600)));
          expect(word.confidence).toBeGreaterThanOrEqual(0);
          expect(word.confidence).toBeLessThanOrEqual(1);
          last = word.startMs;
        }
      });
    });

    it('leaves nothing open at the end', async () => {
      expect((await hear(await load(), 1_600)).at(-1)?.partial).toBe('');
    });

    it('hears the same in blocks of any size, and in blocks sent without waiting', async () => {
      const speech = await load();
      const once = textOf(await hear(speech, 1_600));
      expect(textOf(await hear(speech, 7_777))).toBe(once);
      const atOnce = await open((session) =>
        Promise.all([...[...blocksOf(speech, 1_600)].map((block) => session.accept(block)), session.flush()]),
      );
      expect(textOf(atOnce)).toBe(once);
    });

    it('hears two streams at once, each for itself', async () => {
      const speech = await load();
      const [one, other] = await Promise.all([hear(speech, 1_600), hear(silence(1_000), 1_600)]);
      expect(textOf(one)).toBe(textOf(await hear(speech, 1_600)));
      expect(textOf(other)).toBe('');
    });

    it('tells nothing of silence, and nothing of nothing', async () => {
      expect(textOf(await hear(silence(2_000), 1_600))).toBe('');
      expect(textOf(await hear(new Int16Array(0), 1_600))).toBe('');
    });

    it('fails when it is aborted, with the reason', async () => {
      const stop = new AbortController();
      const session = await transcriber.open(asItIs, stop.signal);
      stop.abort(new Error('stopped'));
      await expect(session.accept(await load())).rejects.toThrow('stopped');
      await session.close();
      await expect(transcriber.open(asItIs, stop.signal)).rejects.toThrow('stopped');
    });

    it('is closed while it listens without an error that nobody gets', async () => {
      const session = await transcriber.open(asItIs, never);
      const listening = session.accept(await load()).catch((error: unknown) => error);
      await session.close();
      await listening;
      await session.close();
    });
  });
}

const wordsOf = (told: readonly LiveText[]): LiveText['words'] => told.flatMap(({ words }) => words);
const textOf = (told: readonly LiveText[]): string =>
  wordsOf(told)
    .map(({ text }) => text)
    .join(' ');
