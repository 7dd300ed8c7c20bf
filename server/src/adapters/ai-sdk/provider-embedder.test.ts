import { afterEach, describe, expect, it } from 'vitest';
import { embedderConformance } from '../../../testkit/embedder.conformance.ts';
import { everythingOf, untilSettled } from '../../../testkit/language-model.conformance.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { startModelServer, type ModelServer, type ModelServerOptions } from '../../../testkit/model-servers/model-server.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import type { EmbedderSettings } from './model-settings.ts';
import { createProviderEmbedder } from './provider-embedder.ts';

const KEY = 'sk-test-key';
const never = new AbortController().signal;
const MODELS = { openai: 'text-embedding-3-small', gemini: 'gemini-embedding-001', 'openai-compatible': 'bge-m3' } as const;
type Engine = keyof typeof MODELS;
const ENGINES: readonly Engine[] = ['openai', 'gemini', 'openai-compatible'];

interface Rig {
  readonly server: ModelServer;
  readonly embedder: Embedder;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

async function start(engine: Engine, changes: Partial<EmbedderSettings> = {}, served: ModelServerOptions = {}): Promise<Rig> {
  const server = await startModelServer({ shape: engine === 'gemini' ? 'gemini' : 'openai', key: KEY, ...served });
  const dimensions = engine === 'openai-compatible' ? 64 : null;
  // The parts fit together for every engine; the union does not see it.
  const settings = {
    engine,
    model: MODELS[engine],
    baseUrl: server.baseUrl,
    apiKey: KEY,
    dimensions,
    ...changes,
  } as EmbedderSettings;
  const clock = new ManualClock();
  const embedder = createProviderEmbedder(settings, { clock, random: () => 0.5 });
  return {
    server,
    embedder,
    clock,
    async close() {
      await embedder.close();
      await server.close();
    },
  };
}

const rigs: Rig[] = [];
afterEach(async () => void (await Promise.all(rigs.splice(0).map((rig) => rig.close()))));
async function rigOf(...given: Parameters<typeof start>): Promise<Rig> {
  const rig = await start(...given);
  rigs.push(rig);
  return rig;
}

for (const engine of ENGINES) {
  embedderConformance(`${engine} through its SDK`, async () => {
    const { embedder, close } = await start(engine);
    return { ...embedder, close };
  });

  describe(`vectors of ${engine}`, () => {
    it('are asked for with key and model, in batches, and come in order', async () => {
      const { embedder, server } = await rigOf(engine);
      const texts = Array.from({ length: 250 }, (_, number) =>
        number % 50 === 7 ? ' ' : `Passage ${number} tells of number${number}.`,
      );
      const vectors = await embedder.embed(texts, 'passage', never);
      expect(server.calls.length).toBeGreaterThan(2);
      expect(
        server.calls.every(({ key, model, texts: sent }) => key === KEY && model === MODELS[engine] && sent.length <= 100),
      ).toBe(true);
      expect(server.calls.flatMap((call) => call.texts)).toEqual(texts.filter((text) => text !== ' '));
      const [alone] = await embedder.embed([texts[249] ?? ''], 'passage', never);
      expect(vectors[249]).toEqual(alone);
    });

    it('are asked for again after faults and rate limits', async () => {
      const { embedder, server, clock } = await rigOf(engine);
      server.failEmbeddings({ fault: { status: 500 } }, { fault: { status: 429, retryAfter: '2' } }, { fault: 'reset' });
      const startedAt = clock.now();
      await expect(untilSettled(clock, embedder.embed(['Tides.'], 'passage', never))).resolves.toHaveLength(1);
      expect(clock.now() - startedAt).toBeGreaterThanOrEqual(2000);
      expect(server.calls).toHaveLength(4);
    });

    it('keep nobody waiting who searches', async () => {
      const { embedder, server, clock } = await rigOf(engine);
      server.failEmbeddings({ fault: 'hang' }, { fault: 'hang' }, { fault: 'hang' });
      const startedAt = clock.now();
      await expect(untilSettled(clock, embedder.embed(['Tides?'], 'query', never))).rejects.toMatchObject({
        code: 'model_unreachable',
      });
      expect(clock.now() - startedAt).toBeLessThanOrEqual(10_000);
    });

    it('fail with the variable to look at, and nothing private', async () => {
      const { embedder, server } = await rigOf(engine);
      for (const [status, variable] of [
        [401, '_API_KEY'],
        [404, '_EMBEDDING_MODEL'],
      ] as const) {
        server.failEmbeddings({ fault: { status, message: `${KEY}: secret-sentence` } });
        const error: unknown = await embedder.embed(['secret-sentence'], 'query', never).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'model_refused', detail: expect.stringContaining(variable) });
        expect(everythingOf(error)).not.toMatch(/sk-test|secret-sentence/);
      }
    });

    it('of another length than expected are refused', async () => {
      const { embedder, server } = await rigOf(engine);
      const vector = [0.1, 0.2, 0.3];
      const wrong =
        engine === 'gemini'
          ? { embedding: { values: vector } }
          : { data: [{ index: 0, embedding: vector }], usage: { prompt_tokens: 1 } };
      server.failEmbeddings({ fault: { status: 200, body: wrong } });
      await expect(embedder.embed(['Tides.'], 'query', never)).rejects.toMatchObject({
        code: 'model_reply_invalid',
        detail: expect.stringContaining('3 numbers'),
      });
    });
  });
}

describe('an embedder of a provider', () => {
  it('has another id for another provider, model or length', async () => {
    const ids = [
      (await rigOf('openai')).embedder.id,
      (await rigOf('openai', { model: 'text-embedding-3-large' })).embedder.id,
      (await rigOf('openai', { dimensions: 512 })).embedder.id,
      (await rigOf('gemini')).embedder.id,
      (await rigOf('openai-compatible')).embedder.id,
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('asks for vectors that are as long as was set', async () => {
    const { embedder, server } = await rigOf('openai', { dimensions: 512 });
    expect((await embedder.embed(['Tides.'], 'query', never))[0]).toHaveLength(512);
    expect(server.calls[0]?.dimensions).toBe(512);
  });

  it('wants to know how long the vectors of an unknown model are', () => {
    const settings = { engine: 'openai', model: 'text-embedding-9', baseUrl: null, apiKey: KEY } as const;
    expect(() => createProviderEmbedder(settings, { clock: new ManualClock() })).toThrow(/EMBEDDING_DIMENSIONS/);
  });

  it('tells Gemini which text is a question', async () => {
    const { embedder, server } = await rigOf('gemini');
    await embedder.embed(['Why?'], 'query', never);
    await embedder.embed(['Because.'], 'passage', never);
    expect(server.calls.map(({ body }) => body)).toMatchObject([
      { taskType: 'RETRIEVAL_QUERY' },
      { taskType: 'RETRIEVAL_DOCUMENT' },
    ]);
  });

  it('sends no more of a text than the model hears', async () => {
    const { embedder, server } = await rigOf('openai-compatible', { maxTextTokens: 100 });
    await embedder.embed(['tide '.repeat(10_000)], 'passage', never);
    expect(server.calls[0]?.texts[0]?.length).toBeLessThan(500);
  });
});
