import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SpentModelError } from '../src/core/domain/spent-model-error.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../src/core/ports/language-model.ts';
import type { ManualClock } from './manual-clock.ts';
import type { ModelCall, ScriptedReply } from './model-servers/model-reply.ts';
import { SPOILED, spoilReply } from './model-servers/spoil-reply.ts';

export interface ModelRig {
  readonly model: LanguageModel;
  /** The model's; stands still until a test moves it. */
  readonly clock: ManualClock;
  /** The next replies, one a request. */
  script(...replies: readonly ScriptedReply[]): void;
  /** What the model asked for so far. */
  readonly calls: readonly Pick<ModelCall, 'system' | 'messages' | 'maxOutputTokens'>[];
  close(): Promise<void>;
}

export const ASKED: ModelRequest = {
  system: 'You write notes from sentences.',
  messages: [{ role: 'user', text: 'The secret-sentence about tides.' }],
  maxOutputTokens: 500,
};
export const notes = z.object({
  title: z.string().min(1),
  sentenceIds: z.array(z.enum(['s1', 's2'])).min(1),
  count: z.int(),
});
export const GOOD = { title: 'Tides', sentenceIds: ['s1', 's2'], count: 2 } as const;

/** What every `LanguageModel` must do, reached by `start` with replies that a script gives it. */
export function languageModelConformance(name: string, start: () => Promise<ModelRig>): void {
  describe(`${name} as a language model`, () => {
    let rig: ModelRig;
    beforeEach(async () => void (rig = await start()));
    afterEach(() => rig.close());

    const never = new AbortController().signal;
    const generate = (signal = never) => rig.model.generate({ ...ASKED, schema: notes, schemaName: 'notes' }, signal);
    const read = async (signal = never) => {
      const events: ModelEvent[] = [];
      for await (const event of rig.model.stream(ASKED, signal)) events.push(event);
      return events;
    };
    const patiently = <T>(work: Promise<T>): Promise<T> => untilSettled(rig.clock, work);

    it('says what it is and what fits into it', () => {
      expect(rig.model.engine).not.toBe('');
      expect(rig.model.model).not.toBe('');
      expect(rig.model.contextTokens).toBeGreaterThanOrEqual(1000);
    });

    it('gives a value of the schema, and says what it took', async () => {
      rig.script({ json: GOOD, usage: { inputTokens: 100, outputTokens: 20 } });
      const { value, usage } = await generate();
      expect(value).toEqual(GOOD);
      expect(usage).toMatchObject({ inputTokens: 100, outputTokens: 20 });
      expect(rig.calls).toHaveLength(1);
      expect(rig.calls[0]).toMatchObject({ system: ASKED.system, messages: ASKED.messages });
    });

    for (const how of SPOILED) {
      it(`sends ${how} back once, with what is wrong, and takes the good reply`, async () => {
        const spoiled = spoilReply(GOOD, how);
        rig.script(
          { ...(typeof spoiled === 'string' ? { text: spoiled } : spoiled), usage: { inputTokens: 10, outputTokens: 5 } },
          {
            json: GOOD,
            usage: { inputTokens: 30, outputTokens: 7 },
          },
        );
        const { value, usage } = await generate();
        expect(value).toEqual(GOOD);
        expect(usage).toMatchObject({ inputTokens: 40, outputTokens: 12 });
        expect(rig.calls).toHaveLength(2);
        expect(rig.calls[1]?.messages.at(-1)?.role).toBe('user');
        expect(rig.calls[1]?.messages.at(-1)?.text).toMatch(/cannot be used/);
      });

      it(`gives up after ${how} twice`, async () => {
        rig.script(spoilReply(GOOD, how), spoilReply(GOOD, how), { json: GOOD });
        const spent = { inputTokens: expect.any(Number), outputTokens: expect.any(Number) };
        await expect(generate()).rejects.toMatchObject({ code: 'model_reply_invalid', usage: spent });
        expect(rig.calls).toHaveLength(2);
      });
    }

    it('streams a reply whose pieces make up the text, with what it took at the end', async () => {
      const text = 'Tides rise and fall.\n\n— twice a day, “mostly”; 潮の満ち引き 🌊';
      rig.script({ text, usage: { inputTokens: 12, outputTokens: 9 } });
      const events = await read();
      expect(events.map((event) => (event.type === 'delta' ? event.text : '')).join('')).toBe(text);
      expect(events.filter(({ type }) => type === 'delta').length).toBeGreaterThan(3);
      expect(events.at(-1)).toMatchObject({ type: 'end', cut: false, usage: { inputTokens: 12, outputTokens: 9 } });
    });

    it('says when a streamed reply was cut off', async () => {
      rig.script({ text: 'Tides rise and', cut: true });
      expect((await read()).at(-1)).toMatchObject({ type: 'end', cut: true });
    });

    it('does not pass an empty streamed reply off as an answer', async () => {
      rig.script('');
      await expect(read()).rejects.toMatchObject({ code: 'model_reply_invalid' });
    });

    it('says so when the content is declined, and does not ask again', async () => {
      rig.script({ text: '', refused: true }, { text: '', refused: true });
      await expect(generate()).rejects.toMatchObject({ code: 'model_refused' });
      await expect(read()).rejects.toMatchObject({ code: 'model_refused' });
      expect(rig.calls).toHaveLength(2);
    });

    for (const status of [400, 401, 402, 403, 404]) {
      it(`does not ask again after status ${status}, and repeats nothing of it`, async () => {
        const fault = { status, message: 'Bad: sk-test-key said The secret-sentence about tides.' };
        rig.script({ fault }, { fault });
        for (const ask of [generate, read]) {
          const error: unknown = await ask().catch((thrown: unknown) => thrown);
          expect(error).toMatchObject({ code: 'model_refused' });
          expect(everythingOf(error)).not.toMatch(/sk-test|secret-sentence|You write notes/);
        }
        expect(rig.calls).toHaveLength(2);
      });
    }

    it('says in the end that it is asked too often, or that there is nobody', async () => {
      const often = { fault: { status: 429, message: 'sk-test-key: The secret-sentence' } };
      rig.script(...Array.from({ length: 40 }, () => often));
      const error: unknown = await patiently(generate()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'model_rate_limited' });
      expect(everythingOf(error)).not.toMatch(/sk-test|secret-sentence/);
      await expect(patiently(read())).rejects.toMatchObject({ code: 'model_rate_limited' });
      rig.script(...Array.from({ length: 40 }, () => ({ fault: { status: 500 } })));
      await expect(patiently(generate())).rejects.toMatchObject({ code: 'model_unreachable' });
      await expect(patiently(read())).rejects.toMatchObject({ code: 'model_unreachable' });
    });

    it('ends at once when it is told to', async () => {
      rig.script({ fault: 'hang' }, { fault: 'hang' });
      for (const [index, ask] of [generate, read].entries()) {
        const stop = new AbortController();
        const work = ask(stop.signal);
        const outcome = expect(work).rejects.toMatchObject({ code: 'cancelled' });
        await expect.poll(() => rig.calls.length).toBe(index + 1);
        stop.abort(new Error('stop'));
        await outcome;
      }
    });

    it('asks nobody when it was told to end before', async () => {
      await expect(generate(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
      await expect(read(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
      expect(rig.calls).toHaveLength(0);
    });

    it('stops in the middle of a stream, and says what it took until then', async () => {
      rig.script({ pieces: ['Tides ', 'rise ', 'and fall.'], fault: 'hang-within' });
      const stop = new AbortController();
      const heard: string[] = [];
      const work = (async () => {
        for await (const event of rig.model.stream(ASKED, stop.signal)) {
          heard.push(event.type);
          stop.abort();
        }
      })();
      const error: unknown = await work.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SpentModelError);
      expect(error).toMatchObject({ code: 'cancelled', usage: { inputTokens: expect.any(Number) } });
      const { usage } = error as SpentModelError; // checked above
      expect(usage.inputTokens).toBeGreaterThan(5);
      expect(usage.outputTokens).toBe(rig.model.countTokens('Tides '));
      expect(heard).toEqual(['delta']);
    });

    it('keeps two requests at once apart', async () => {
      const answer: ScriptedReply = ({ messages }) => ({ json: { ...GOOD, title: messages[0]?.text ?? '' } });
      rig.script(answer, answer);
      const titles = ['first', 'second'].map(async (text) => {
        const request = { ...ASKED, messages: [{ role: 'user' as const, text }], schema: notes, schemaName: 'notes' };
        return (await rig.model.generate(request, never)).value.title;
      });
      expect(await Promise.all(titles)).toEqual(['first', 'second']);
    });

    it('counts more tokens for more text, and none for none', () => {
      const words = ['The ', 'tides ', 'rise, ', '12345 ', '潮の満ち引き', '🌊', '\n\n', 'Ωκεανός '];
      const counts = words.map((_, index) => rig.model.countTokens(words.slice(0, index + 1).join('')));
      expect(rig.model.countTokens('')).toBe(0);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts.at(-1)).toBeGreaterThan(8);
    });

    it('answers nobody after it was closed', async () => {
      await rig.model.close();
      await expect(generate()).rejects.toMatchObject({ code: 'cancelled' });
      expect(rig.calls).toHaveLength(0);
    });
  });
}

/** Lets as much time pass as the work takes. */
export async function untilSettled<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let settled = false;
  const outcome = (async () => {
    try {
      return { value: await work };
    } catch (error) {
      return { error };
    } finally {
      settled = true;
    }
  })();
  await clock.advanceUntil(() => settled, { stepMs: 1000, limitMs: 36_000_000 });
  const ended = await outcome;
  if ('error' in ended) throw ended.error;
  return ended.value;
}

/** The error with its whole chain of causes, and whatever hangs on them. */
export function everythingOf(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    parts.push(at.message, at.stack ?? '', JSON.stringify(at, Object.getOwnPropertyNames(at)));
  }
  return parts.join('\n');
}
