import { describe, expect, it } from 'vitest';
import {
  ASKED,
  GOOD,
  languageModelConformance,
  notes,
  untilSettled,
  type ModelRig,
} from '../../../testkit/language-model.conformance.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { startModelServer, type ModelServer } from '../../../testkit/model-servers/model-server.ts';
import { createLanguageModel } from './language-model.ts';
import type { Engine, LanguageModelSettings, ModelDeps } from './model-settings.ts';

const KEY = 'sk-test-key';
const MODELS: Readonly<Record<Engine, string>> = {
  openai: 'gpt-4.1-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
  'openai-compatible': 'qwen3:8b',
};
const ENGINES: readonly Engine[] = ['openai', 'anthropic', 'gemini', 'openai-compatible'];
const never = new AbortController().signal;

type ServedRig = ModelRig & { readonly server: ModelServer };

async function serve(
  engine: Engine,
  changes: Partial<LanguageModelSettings> = {},
  deps: Partial<ModelDeps> = {},
): Promise<ServedRig> {
  const server = await startModelServer({ shape: engine === 'openai-compatible' ? 'openai' : engine, key: KEY });
  const clock = new ManualClock();
  // The parts fit together for every engine; the union does not see it.
  const settings = { engine, model: MODELS[engine], baseUrl: server.baseUrl, apiKey: KEY, ...changes } as LanguageModelSettings;
  const model = createLanguageModel(settings, { clock, random: () => 0.5, ...deps });
  return {
    model,
    clock,
    server,
    script: server.script,
    calls: server.calls,
    async close() {
      await model.close();
      await server.close();
    },
  };
}

/** Starts a server for one test and closes it whatever comes. */
async function withServer(
  engine: Engine,
  run: (rig: ServedRig) => Promise<void>,
  ...more: [Partial<LanguageModelSettings>?]
): Promise<void> {
  const rig = await serve(engine, ...more);
  try {
    await run(rig);
  } finally {
    await rig.close();
  }
}

const generate = (rig: ServedRig, signal = never) => rig.model.generate({ ...ASKED, schema: notes, schemaName: 'notes' }, signal);

async function readText(rig: ServedRig, signal = never): Promise<string> {
  let text = '';
  for await (const event of rig.model.stream(ASKED, signal)) if (event.type === 'delta') text += event.text;
  return text;
}

const passing = <T>(rig: ServedRig, work: Promise<T>): Promise<T> => untilSettled(rig.clock, work);

for (const engine of ENGINES) {
  languageModelConformance(`${engine} through its SDK`, () => serve(engine));

  describe(`${engine} over HTTP`, () => {
    it('sends the key, the model, the limit and the schema', () =>
      withServer(engine, async (rig) => {
        rig.script({ json: GOOD });
        await generate(rig);
        const [call] = rig.server.calls;
        expect(call).toMatchObject({ key: KEY, model: MODELS[engine], streams: false });
        expect(call?.maxOutputTokens).toBeGreaterThanOrEqual(ASKED.maxOutputTokens);
        expect(call?.schema).toMatchObject({
          type: 'object',
          properties: { title: { type: 'string' }, sentenceIds: { type: 'array' } },
        });
      }));

    it('asks again after a rate limit, not before the provider wants it', () =>
      withServer(engine, async (rig) => {
        let askedAgainAt = 0;
        rig.script({ fault: { status: 429, retryAfter: '7' } }, () => {
          askedAgainAt = rig.clock.now();
          return { json: GOOD };
        });
        const startedAt = rig.clock.now();
        expect((await passing(rig, generate(rig))).value).toEqual(GOOD);
        expect(askedAgainAt - startedAt).toBeGreaterThanOrEqual(7000);
      }));

    it('leaves a provider alone that wants more time than it has', () =>
      withServer(engine, async (rig) => {
        rig.script({ fault: { status: 429, retryAfter: '3600' } }, { json: GOOD });
        await expect(generate(rig)).rejects.toMatchObject({ code: 'model_rate_limited' });
        expect(rig.server.calls).toHaveLength(1);
      }));

    it('gets through faults, broken connections, silence and pages of something else', () =>
      withServer(engine, async (rig) => {
        for (const fault of [
          { status: 500 },
          { status: 529 },
          'reset',
          'wrong-type',
          'not-json',
          'hang',
          'reset-within',
        ] as const) {
          rig.script({ json: GOOD, fault }, { json: GOOD });
          expect((await passing(rig, generate(rig))).value, JSON.stringify(fault)).toEqual(GOOD);
        }
        for (const fault of [{ status: 503 }, 'reset', 'wrong-type', 'hang'] as const) {
          rig.script({ text: 'No.', fault }, 'Tides rise.');
          expect(await passing(rig, readText(rig)), JSON.stringify(fault)).toBe('Tides rise.');
        }
      }));

    it('does not pass a stream off as whole that broke, fell silent, failed or just ended', () =>
      withServer(engine, async (rig) => {
        for (const fault of ['reset-within', 'hang-within', 'error-within', 'ends-early'] as const) {
          const heard: string[] = [];
          rig.script({ pieces: ['Tides ', 'rise.'], fault });
          const work = (async () => {
            for await (const event of rig.model.stream(ASKED, never)) heard.push(event.type);
          })();
          await expect(passing(rig, work), fault).rejects.toMatchObject({ code: 'model_unreachable' });
          expect(heard, fault).toContain('delta');
          expect(heard, fault).not.toContain('end');
        }
        expect(rig.server.calls).toHaveLength(4);
      }));

    it('closes the connection within 200 ms when it is told to stop, or when nobody listens', () =>
      withServer(engine, async (rig) => {
        rig.script(
          { fault: 'hang' },
          { pieces: ['Tides ', 'rise.'], fault: 'hang-within' },
          { pieces: ['Tides ', 'rise.'], fault: 'hang-within' },
        );
        const stop = new AbortController();
        const waiting = expect(generate(rig, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
        await expect.poll(() => rig.server.calls.length).toBe(1);
        const stopped: number[] = [performance.now()];
        stop.abort();
        await waiting;
        const stopStream = new AbortController();
        const streaming = (async () => {
          for await (const _ of rig.model.stream(ASKED, stopStream.signal)) {
            stopped.push(performance.now());
            stopStream.abort();
          }
        })();
        await expect(streaming).rejects.toMatchObject({ code: 'cancelled' });
        for await (const _ of rig.model.stream(ASKED, never)) {
          stopped.push(performance.now());
          break;
        }
        for (const [index, call] of rig.server.calls.entries()) {
          const { how, at } = await call.closed;
          expect(how).toBe('left');
          expect(at - (stopped[index] ?? 0)).toBeLessThan(200);
        }
      }));

    it('names the variable to be looked at', () =>
      withServer(engine, async (rig) => {
        const variable = engine === 'openai-compatible' ? 'OPENAI_COMPATIBLE' : engine.toUpperCase();
        rig.script({ fault: { status: 401 } }, { fault: { status: 404 } }, { fault: { status: 403 } });
        await expect(generate(rig)).rejects.toMatchObject({ detail: expect.stringContaining(`${variable}_API_KEY`) });
        await expect(generate(rig)).rejects.toMatchObject({ detail: expect.stringContaining(`${variable}_MODEL`) });
        await expect(generate(rig)).rejects.toMatchObject({ detail: expect.stringContaining(`${variable}_API_KEY`) });
      }));

    it('takes the key nowhere else when it is sent on', async () => {
      const elsewhere = await startModelServer({
        shape: engine === 'openai-compatible' ? 'openai' : engine,
        replies: () => ({ json: GOOD }),
      });
      const { createServer } = await import('node:http');
      const gate = createServer((request, response) => {
        response.writeHead(307, { location: new URL(request.url ?? '/', elsewhere.baseUrl).href }).end();
      });
      await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = gate.address() as { port: number }; // a TCP server's address
        const path = new URL(elsewhere.baseUrl).pathname;
        await withServer(
          engine,
          async (rig) => {
            await expect(generate(rig)).rejects.toMatchObject({
              code: 'model_refused',
              detail: expect.stringContaining('_BASE_URL'),
            });
          },
          { baseUrl: `http://127.0.0.1:${port}${path}` },
        );
        expect(elsewhere.calls).toEqual([]);
      } finally {
        await new Promise((resolve) => gate.close(resolve));
        await elsewhere.close();
      }
    });
  });
}

describe('what only some providers do', () => {
  it('tells an empty account from a rate limit', async () => {
    const empty = [
      ['openai', { status: 429, code: 'insufficient_quota', message: 'You exceeded your current quota' }],
      ['anthropic', { status: 400, message: 'Your credit balance is too low to access the API' }],
      [
        'gemini',
        {
          status: 429,
          body: {
            error: {
              code: 429,
              status: 'RESOURCE_EXHAUSTED',
              message: 'Quota',
              details: [{ quotaId: 'GenerateRequestsPerDay' }],
            },
          },
        },
      ],
    ] as const;
    for (const [engine, fault] of empty) {
      await withServer(engine, async (rig) => {
        rig.script({ fault });
        await expect(generate(rig), engine).rejects.toMatchObject({
          code: 'model_refused',
          detail: expect.stringContaining('quota'),
        });
      });
    }
  });

  it('waits as long as Gemini says in the body of its error', () =>
    withServer('gemini', async (rig) => {
      let at = 0;
      const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }];
      const body = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Later', details } };
      rig.script({ fault: { status: 429, body } }, () => {
        at = rig.clock.now();
        return { json: GOOD };
      });
      const startedAt = rig.clock.now();
      await passing(rig, generate(rig));
      expect(at - startedAt).toBeGreaterThanOrEqual(34_000);
    }));

  it('takes a wrong key from Gemini for one, though it says 400', () =>
    withServer('gemini', async (rig) => {
      rig.script({ fault: { status: 400, message: 'API key not valid. Please pass a valid API key.' } });
      await expect(generate(rig)).rejects.toMatchObject({ detail: expect.stringContaining('GEMINI_API_KEY') });
    }));

  it('gives a schema a name that OpenAI takes', () =>
    withServer('openai', async (rig) => {
      rig.script({ json: GOOD });
      await rig.model.generate({ ...ASKED, schema: notes, schemaName: `Übung: ${'x'.repeat(80)}` }, never);
      expect(rig.server.calls[0]?.body).toMatchObject({
        response_format: { json_schema: { strict: true, name: expect.stringMatching(/^_bung__x{57}$/) } },
      });
    }));

  it('asks OpenAI at the path that proxies know', () =>
    withServer('openai', async (rig) => {
      rig.script('Yes.');
      await readText(rig);
      expect(rig.server.calls[0]?.path).toBe('/v1/chat/completions');
    }));

  it('gives older Claude models the schema as a tool', () =>
    withServer(
      'anthropic',
      async (rig) => {
        rig.script({ json: GOOD });
        expect((await generate(rig)).value).toEqual(GOOD);
        expect(rig.server.calls[0]?.body).toMatchObject({ tools: [{ name: 'json' }] });
      },
      { model: 'claude-3-haiku-20240307' },
    ));

  it('puts the schema into the instructions for servers that know no schemas', () =>
    withServer(
      'openai-compatible',
      async (rig) => {
        rig.script({ json: GOOD });
        expect((await generate(rig)).value).toEqual(GOOD);
        expect(rig.server.calls[0]?.schema).toBeNull();
        expect(rig.server.calls[0]?.system).toContain('"sentenceIds"');
      },
      { structuredOutputs: false },
    ));

  it('sends no key where there is none', () =>
    withServer(
      'openai-compatible',
      async (rig) => {
        rig.script('x');
        await generate(rig).catch(() => {});
        expect(rig.server.calls[0]?.headers['authorization']).toBeUndefined();
      },
      { apiKey: null },
    ));

  it('asks no provider without a key', () =>
    withServer(
      'anthropic',
      async (rig) => {
        await expect(generate(rig)).rejects.toMatchObject({
          code: 'model_refused',
          detail: expect.stringContaining('ANTHROPIC_API_KEY'),
        });
        expect(rig.server.calls).toEqual([]);
      },
      { apiKey: null },
    ));

  it('gives thinking models room beside the reply', () =>
    withServer('gemini', async (rig) => {
      rig.script({ json: GOOD });
      await generate(rig);
      expect(rig.server.calls[0]?.maxOutputTokens).toBe(ASKED.maxOutputTokens + 8192);
      expect(rig.server.calls[0]?.body).toMatchObject({
        generationConfig: { thinkingConfig: { thinkingBudget: expect.any(Number) } },
      });
    }));

  it('knows the price of what it knows, and sums it over both tries', () =>
    withServer('openai', async (rig) => {
      const usage = { inputTokens: 1_000_000, outputTokens: 100_000 };
      rig.script({ text: 'no JSON', usage }, { json: GOOD, usage });
      expect((await generate(rig)).usage.costUsd).toBeCloseTo(2 * (0.4 + 0.16), 6);
    }));

  it('knows no price for a server of one’s own, and counts itself where the server does not', () =>
    withServer('openai-compatible', async (rig) => {
      rig.script({ json: GOOD, usage: null });
      const { usage } = await generate(rig);
      expect(usage.costUsd).toBeNull();
      expect(usage.inputTokens).toBeGreaterThan(10);
      expect(usage.outputTokens).toBeGreaterThan(5);
    }));

  it('does not send a reply back for which there is no room', () =>
    withServer(
      'openai-compatible',
      async (rig) => {
        rig.script(`${'word '.repeat(2000)}`, { json: GOOD });
        expect((await generate(rig)).value).toEqual(GOOD);
        expect(rig.server.calls[1]?.messages.map(({ role }) => role)).toEqual(['user']);
        expect(rig.server.calls[1]?.messages[0]?.text).toContain('It is not valid JSON');
      },
      { contextTokens: 1000 },
    ));

  it('says what the fetch says that it was given, and asks no more', async () => {
    const { createServer } = await import('node:http'); // a port that somebody may not reach
    const { createSafeFetch } = await import('../safe-fetch/safe-dispatcher.ts');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number }; // a TCP server's address
    const safe = createSafeFetch();
    const rig = await serve('openai-compatible', { baseUrl: `http://127.0.0.1:${port}/v1` }, { fetch: safe.fetch });
    try {
      await expect(untilSettled(rig.clock, generate(rig))).rejects.toMatchObject({ code: 'url_not_allowed' });
    } finally {
      await rig.close();
      await safe.close();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('reads no reply without end', () =>
    withServer('openai', async (rig) => {
      rig.script(() => ({ text: 'x'.repeat(40 * 1024 * 1024), fault: undefined }), { json: GOOD });
      expect((await passing(rig, generate(rig))).value).toEqual(GOOD);
    }));

  it('does not count the time in which nobody listens against the provider', () =>
    withServer('openai', async (rig) => {
      rig.script('Tides rise and fall.');
      let text = '';
      for await (const event of rig.model.stream(ASKED, never)) {
        if (event.type === 'delta') text += event.text;
        await rig.clock.advance(600_000);
      }
      expect(text).toBe('Tides rise and fall.');
    }));
});
