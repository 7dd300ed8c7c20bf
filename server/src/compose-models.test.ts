import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture, aSource, aTranscript } from '../testkit/builders.ts';
import type { ModelCall, ModelReply } from '../testkit/model-servers/model-reply.ts';
import { startModelServer, type ModelServer } from '../testkit/model-servers/model-server.ts';
import { falseCitationsIn } from '../testkit/true-citations.ts';
import { compose, type Composition } from './compose.ts';
import { embeddedIn, loadConfig } from './config.ts';
import { putPassages } from './core/indexing/index-source.ts';
import { isFinished } from './core/domain/job.ts';
import { LOCAL_OWNER, ownerScope, type Scope } from './core/domain/scope.ts';

const scope = ownerScope(LOCAL_OWNER) as Extract<Scope, { kind: 'owner' }>; // it makes no other kind
const never = new AbortController().signal;

let folder: string;
let server: ModelServer;
let composition: Composition;
let reply: (call: ModelCall) => ModelReply;

/** The whole product with a language model that a local server plays. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-models-'));
  server = await startModelServer({ replies: (call: ModelCall) => reply(call) });
  const languageModel = {
    engine: 'openai-compatible' as const,
    model: 'played',
    baseUrl: server.baseUrl,
    apiKey: 'secret-key',
    contextTokens: 8_192,
    structuredOutputs: true,
  };
  const config = { ...embeddedIn(loadConfig({}, { cwd: folder }), folder), languageModel };
  composition = await compose(config);
  const { store } = composition.ports;
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, aSource());
  const { version } = await store.transcripts.add(scope, aTranscript());
  await putPassages(composition.ports, { scope, sourceId: 'src_1', textVersion: version }, never);
});
afterEach(async () => {
  const { checked, wrong } = await falseCitationsIn(composition.ports.store, scope, 'lecture-1');
  expect(checked).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
  await composition.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function makeNotes(): Promise<unknown> {
  const worker = composition.startWorker();
  const job = await composition.api.requestGeneration({ scope, lectureId: 'lecture-1', presetId: 'meeting' });
  await expect
    .poll(async () => isFinished((await composition.ports.store.jobs.find(scope, job.id))?.status ?? 'queued'), {
      timeout: 20_000,
    })
    .toBe(true);
  await worker.stop({ graceMs: 1_000 });
  return composition.ports.store.jobs.find(scope, job.id);
}

describe('the product with a language model', () => {
  it('keeps of its notes what the lecture says, and lets the extractive engine write the rest', async () => {
    reply = ({ system }) =>
      system.includes('Summarise')
        ? {
            json: {
              passages: [
                { text: 'Memories do not last.', sources: [{ id: 'S1', quote: 'Memory fades' }] },
                { text: 'Invented.', sources: [{ id: 'S2', quote: 'nothing' }] },
              ],
            },
          }
        : 'This is no JSON.';
    const job = await makeNotes();
    expect(job).toMatchObject({ status: 'succeeded' });
    const artifacts = await composition.ports.store.artifacts.ofLecture(scope, 'lecture-1');
    expect(artifacts.find(({ kind }) => kind === 'summary')).toMatchObject({
      engine: 'openai-compatible',
      model: 'played',
      content: { passages: [{ text: 'Memories do not last.', cites: [0] }] },
      citations: [{ quote: 'Memory fades.', startMs: 0, endMs: 900 }],
    });
    for (const artifact of artifacts.filter(({ kind }) => kind !== 'summary')) expect(artifact.engine).toBe('extractive');
    expect(JSON.stringify(job)).toContain('model_reply_invalid');
    expect(JSON.stringify(job)).not.toContain('secret-key');
    const { body } = await composition.ports.metrics.render();
    expect(body).toMatch(/scholium_language_model_tokens_total\{[^}]*purpose="notes"[^}]*\} \d/);
    // One kind was written, three ended in replies that cannot be used: those cost tokens too. Nobody knows the price.
    const used = { purpose: 'notes', model: 'played', calls: 4, costUsd: null, unpricedCalls: 4 };
    await expect.poll(async () => (await composition.api.settingUseCases.usage({ scope, days: 2 })).usage).toMatchObject([used]);
  });

  it('writes down what an answer cost that its reader stopped', async () => {
    reply = () => 'It fades [S1 "Memory fades"].';
    const ask = async (onText: () => void, signal: AbortSignal) => {
      const { id: threadId } = await composition.api.threads.create({ scope, title: null, about: { kind: 'everything' } });
      const input = { scope, threadId, question: 'What does memory do?' };
      return composition.api.threads.ask(input, ({ type }) => type === 'delta' && onText(), signal);
    };
    const stop = new AbortController();
    await expect(ask(() => stop.abort(), stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const usage = async () => (await composition.api.settingUseCases.usage({ scope, days: 2 })).usage;
    await expect.poll(usage).toMatchObject([{ purpose: 'answer', model: 'played', calls: 1, inputTokens: expect.any(Number) }]);
    const [stopped] = await usage();
    expect(stopped?.inputTokens).toBeGreaterThan(100);
    expect(stopped?.outputTokens).toBeGreaterThan(0);
    await ask(() => {}, never); // what was stopped is nobody's answer: it is written anew
    await expect.poll(usage).toMatchObject([{ purpose: 'answer', calls: 2 }]);
  });

  it('answers in a conversation with citations that are true, as it is said', async () => {
    reply = () => 'It fades [S1 "Memory fades"]. Elephants never forget [S9 "elephants"].';
    const thread = await composition.api.threads.create({ scope, title: null, about: { kind: 'everything' } });
    const deltas: string[] = [];
    const answer = await composition.api.threads.ask(
      { scope, threadId: thread.id, question: 'What does memory do?' },
      (event) => {
        if (event.type === 'delta') deltas.push(event.text);
      },
      never,
    );
    expect(answer).toMatchObject({ text: 'It fades [1]. Elephants never forget.', supported: true, engine: 'openai-compatible' });
    expect(answer.citations).toMatchObject([{ quote: 'Memory fades.' }]);
    expect(answer.unsupported).toEqual(['Elephants never forget']);
    expect(deltas.join('')).toBe(answer.text);
  });

  it('answers the same question once, in every conversation, and health tells of the cache', async () => {
    let asked = 0;
    reply = () => (asked++, 'It fades [S1 "Memory fades"].');
    const ask = async (): Promise<string> => {
      const { id: threadId } = await composition.api.threads.create({ scope, title: null, about: { kind: 'everything' } });
      return (await composition.api.threads.ask({ scope, threadId, question: 'What does memory do?' }, () => {}, never)).text;
    };
    expect([await ask(), await ask(), asked]).toEqual(['It fades [1].', 'It fades [1].', 1]);
    const { dependencies, models } = await composition.api.health();
    expect(dependencies).toContainEqual({ name: 'cache', status: 'ok', message: '2 answers and vectors' });
    expect(models).toEqual({
      embeddings: composition.ports.embedder?.id,
      language: { engine: 'openai-compatible', model: 'played' },
    });
  });

  it('writes no notes, fetches no pages and answers nothing while that is switched off', async () => {
    await composition.api.settingUseCases.changeSwitches({ generation: false, urlFetching: false, chat: false });
    const { api } = composition;
    const lecture = { scope, lectureId: 'lecture-1' };
    for (const refused of [
      () => api.requestGeneration({ ...lecture, presetId: null }),
      () => api.addWebPage({ ...lecture, title: null, url: 'https://example.com/' }),
      () => api.ask({ ...lecture, question: 'What does memory do?' }, never),
    ])
      await expect(refused()).rejects.toMatchObject({ code: 'switched_off' });
    await composition.api.settingUseCases.changeSwitches({ chat: true });
    reply = () => 'It fades [S1 "Memory fades"].';
    const { id: threadId } = await api.threads.create({ scope, title: null, about: { kind: 'everything' } });
    const answer = await api.threads.ask({ scope, threadId, question: 'What does memory do?' }, () => {}, never);
    expect(answer.supported).toBe(true);
  });

  it('goes on without the model when that refuses', async () => {
    reply = () => ({ fault: { status: 401 } });
    expect(await makeNotes()).toMatchObject({ status: 'succeeded' });
    const artifacts = await composition.ports.store.artifacts.ofLecture(scope, 'lecture-1');
    expect(new Set(artifacts.map(({ engine }) => engine))).toEqual(new Set(['extractive']));
    const asked = { engine: 'openai-compatible', model: 'played', code: 'model_refused' };
    const thread = await composition.api.threads.create({ scope, title: null, about: { kind: 'everything' } });
    const answer = await composition.api.threads.ask({ scope, threadId: thread.id, question: 'What fades?' }, () => {}, never);
    expect(answer).toMatchObject({ supported: true, engine: 'extractive' });
    for (const { fallback } of artifacts) expect(fallback).toMatchObject(asked);
    expect(artifacts.length).toBeGreaterThan(0);
  });
});
