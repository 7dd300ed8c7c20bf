import { describe, expect, it } from 'vitest';
import { samplesToMs, type AudioChunk } from '../src/core/domain/audio.ts';
import type { HeardChunk, Transcriber, TranscriberOptions, TranscriberSession } from '../src/core/ports/transcriber.ts';
import { silence } from './sound.ts';

const never = new AbortController().signal;
const asItIs: TranscriberOptions = { model: null, language: null, task: 'transcribe', vocabulary: [] };

/** What every `Transcriber` must do. `chunks` are two chunks of a recording that hold speech. */
export function transcriberConformance(
  name: string,
  make: () => { transcriber: Transcriber; chunks: () => Promise<readonly [AudioChunk, AudioChunk]> },
): void {
  describe(`${name} as Transcriber`, () => {
    const { transcriber, chunks: load } = make();

    async function open<T>(work: (session: TranscriberSession) => Promise<T>, signal = never): Promise<T> {
      const session = await transcriber.open(asItIs, signal);
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    }

    it('is ready and says what it is', async () => {
      expect(await transcriber.unavailable()).toBeNull();
      expect(transcriber.engine).toMatch(/^[a-z][a-z0-9-]*$/);
      await open(async ({ model, digest, language, concurrency }) => {
        expect([model, digest].every((text) => text.length > 0)).toBe(true);
        if (language !== null) expect(language).toMatch(/^[a-z]{2,3}$/);
        expect(concurrency).toBeGreaterThanOrEqual(1);
      });
    });

    it('gives words in order with times inside their chunk of the recording', async () => {
      for (const chunk of await load()) {
        const { words } = await open((session) => session.transcribe(chunk, never));
        expect(words.length).toBeGreaterThan(0);
        let last = samplesToMs(chunk.startSample);
        for (const word of words) {
          expect(word.text).toMatch(/^\S+$/);
          expect(word.startMs).toBeGreaterThanOrEqual(last);
          expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
          expect(word.endMs).toBeLessThanOrEqual(samplesToMs(chunk.endSample));
          expect(word.confidence).toBeGreaterThanOrEqual(0);
          expect(word.confidence).toBeLessThanOrEqual(1);
          last = word.startMs;
        }
      }
    });

    it('hears the same when chunks are heard at once, again, or in another order', async () => {
      const [first, second] = await load();
      await open(async (session) => {
        const once = [await session.transcribe(first, never), await session.transcribe(second, never)];
        const atOnce = await Promise.all([session.transcribe(second, never), session.transcribe(first, never)]);
        expect(atOnce.reverse().map(textsOf)).toEqual(once.map(textsOf));
      });
    });

    it('has the same digest for the same settings', async () => {
      expect(await open(async (session) => session.digest)).toBe(await open(async (session) => session.digest));
    });

    it('says nothing about a chunk without utterances', async () => {
      const chunk: AudioChunk = { index: 0, startSample: 0, endSample: 16_000, utterances: [], samples: silence(1_000) };
      expect((await open((session) => session.transcribe(chunk, never))).words).toEqual([]);
    });

    it('fails when it is aborted, and goes on with the next chunk when only the chunk was', async () => {
      const [first, second] = await load();
      await open(async (session) => {
        await expect(session.transcribe(first, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
        expect((await session.transcribe(second, never)).words.length).toBeGreaterThan(0);
      });
      const stop = new AbortController();
      await open(async (session) => {
        const listening = session.transcribe(first, stop.signal);
        stop.abort(new Error('stopped'));
        await expect(listening).rejects.toBeDefined();
      }, stop.signal);
    });

    it('is closed while it listens without an error that nobody gets', async () => {
      const [first] = await load();
      const session = await transcriber.open(asItIs, never);
      const listening = session.transcribe(first, never).catch((error: unknown) => error);
      await session.close();
      await listening;
    });
  });
}

const textsOf = ({ words }: HeardChunk): string => words.map((word) => word.text).join(' ');
