import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { silence } from '../../../testkit/sound.ts';
import { AppError } from '../domain/app-error.ts';
import { samplesToMs } from '../domain/audio.ts';
import type { LiveLine } from '../domain/live-recording.ts';
import type { LiveTranscriber } from '../ports/live-transcriber.ts';
import { hearLive, type LiveTextListener } from './hear-live.ts';

/** Says "one" for each block, from its start to its end; waits at the gate before it answers. */
function engine({ gate = Promise.resolve(), fails = false }: { gate?: Promise<void>; fails?: boolean } = {}) {
  const opened: number[] = [];
  const transcriber: LiveTranscriber = {
    engine: 'test',
    punctuates: false,
    partials: true,
    unavailable: async () => null,
    async open() {
      let at = 0;
      opened.push(at);
      return {
        model: 'test',
        language: 'en',
        async accept(samples) {
          await gate;
          if (fails) throw new AppError('engine_failed', 'The engine stopped.');
          const startMs = samplesToMs(at);
          at += samples.length;
          return { words: [{ text: 'one', startMs, endMs: samplesToMs(at), confidence: 1 }], partial: 'two' };
        },
        flush: async () => ({ words: [], partial: '' }),
        close: async () => {},
      };
    },
  };
  return { transcriber, opened };
}

function listen() {
  const told = { lines: [] as LiveLine[], partials: [] as string[], behind: [] as number[][], failed: [] as string[] };
  const listener: LiveTextListener = {
    partial: (startMs, text) => void told.partials.push(`${startMs} ${text}`),
    line: (line) => void told.lines.push(line),
    behind: (...figures) => void told.behind.push(figures),
    failed: (reason) => void told.failed.push(reason),
  };
  return { told, listener };
}

const options = { language: null, fromMs: 60_000 };
const clock = new ManualClock();

describe('hearing while somebody speaks', () => {
  it('tells lines and what may follow them, in the times of the recording', async () => {
    const { told, listener } = listen();
    const hearing = hearLive({ clock }, { ...options, ...engine() }, listener);
    hearing.accept(silence(1_000));
    hearing.accept(silence(1_000));
    await hearing.finish(1_000);
    expect(told.lines).toEqual([
      { startMs: 60_000, endMs: 61_000, text: 'One.' },
      { startMs: 61_000, endMs: 62_000, text: 'One.' },
    ]);
    expect(told.partials).toEqual(['61000 two', '62000 two', '62000 ']);
    expect(told.behind).toEqual([]);
  });

  it('falls behind with a slow engine, says so, and catches up with nothing lost', async () => {
    const { told, listener } = listen();
    const gate = Promise.withResolvers<void>();
    const hearing = hearLive({ clock }, { ...options, ...engine({ gate: gate.promise }) }, listener);
    for (let second = 0; second < 20; second++) hearing.accept(silence(1_000));
    gate.resolve();
    await hearing.finish(60_000);
    expect(told.lines).toHaveLength(20);
    expect(told.behind[0]?.[0]).toBeGreaterThan(5_000);
    expect(told.behind.at(-1)).toEqual([0, 0]);
  });

  it('skips what it can never catch up with, and goes on with what is said now', async () => {
    const { told, listener } = listen();
    const gate = Promise.withResolvers<void>();
    const { transcriber, opened } = engine({ gate: gate.promise });
    const hearing = hearLive({ clock }, { ...options, transcriber }, listener);
    for (let second = 0; second < 200; second++) hearing.accept(silence(1_000));
    gate.resolve();
    await expect.poll(() => opened.length).toBe(2);
    hearing.accept(silence(1_000));
    await hearing.finish(60_000);
    const skipped = told.behind.reduce((sum, [, skippedMs = 0]) => sum + skippedMs, 0);
    expect(skipped).toBeGreaterThan(120_000);
    expect(told.lines.at(-1)).toMatchObject({ startMs: 260_000, endMs: 261_000 });
    expect(told.lines.length + skipped / 1_000).toBe(201);
  });

  it('says why no more text comes when the engine fails, and takes sound without a word after that', async () => {
    const { told, listener } = listen();
    const hearing = hearLive({ clock }, { ...options, ...engine({ fails: true }) }, listener);
    hearing.accept(silence(1_000));
    await expect.poll(() => told.failed).toEqual(['The engine stopped.']);
    hearing.accept(silence(1_000));
    await hearing.finish(1_000);
    expect(told.lines).toEqual([]);
  });
});
