import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApiFixture } from '../../../testkit/api-fixture.ts';
import { modelOf, startModelServer } from '../../../testkit/model-server.ts';
import { inProcessQueue } from '../../adapters/in-process/in-process-queue.ts';
import { createModelShelf } from '../../adapters/model-download/create-model-shelf.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';
import { bindModels, type ModelUseCases } from '../../core/models/bind-models.ts';
import type { Transcriber } from '../../core/ports/transcriber.ts';

const FILES = {
  '/who/little/resolve/main/model.onnx': Buffer.from('weights'),
  '/who/little/resolve/main/tokens.txt': Buffer.from('a 0'),
};
const little = modelOf('little', FILES, { names: ['small'] });
const notReady: Transcriber = {
  engine: 'sherpa',
  punctuates: true,
  draftQuality: false,
  unavailable: async () => 'No speech model is here. Fetch one.',
  open: () => Promise.reject(new Error('not opened')),
};

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-model-routes-'));
  const server = await startModelServer(FILES);
  const shelf = createModelShelf({ folder, offline: false, baseUrl: server.baseUrl, token: null, own: null, clock: systemClock });
  const late: { speechModels?: ModelUseCases } = {};
  const models = { get: () => late.speechModels! };
  const proxy: ModelUseCases = {
    offline: false,
    list: () => models.get().list(),
    engines: () => models.get().engines(),
    pull: (...args) => models.get().pull(...args),
    verify: (...args) => models.get().verify(...args),
    remove: (...args) => models.get().remove(...args),
  };
  const fixture = await openApiFixture({ speechModels: proxy });
  const { store, events } = fixture;
  late.speechModels = bindModels({
    store,
    events,
    queue: inProcessQueue(),
    clock: systemClock,
    shelf,
    models: [little],
    transcribers: [notReady],
  });
  onTestFinished(async () => {
    await fixture.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string) => {
    const reply = await fixture.app.inject({ method, url: `/api${url}` });
    return { status: reply.statusCode, body: reply.json() };
  };
  return { ask, shelf, fixture };
}

describe('models over the API', () => {
  it('lists models with what is here, and engines with what they lack', async () => {
    const { ask, shelf } = await open();
    const missing = await ask('GET', '/models');
    expect(missing).toMatchObject({
      status: 200,
      body: { offline: false, models: [{ modelId: 'little', state: 'missing', sizeBytes: 10, languages: 'any' }] },
    });
    await shelf.pull(little, () => {}, new AbortController().signal);
    expect((await ask('GET', '/models')).body.models[0]).toMatchObject({ state: 'ready', bytes: 10 });
    expect((await ask('GET', '/engines')).body.engines).toEqual([
      { engine: 'sherpa', ready: false, problem: 'No speech model is here. Fetch one.', draftQuality: false, models: ['little'] },
    ]);
  });

  it('begins one job for a model, by any of its names, and says that another is not known', async () => {
    const { ask, fixture } = await open();
    const { status, body } = await ask('POST', '/models/small/pull');
    expect(status).toBe(202);
    expect(await ask('POST', '/models/little/pull')).toEqual({ status: 202, body });
    expect(await fixture.store.jobs.find(fixture.scope, body.jobId)).toMatchObject({
      kind: 'pull-model',
      payload: { modelId: 'little' },
    });
    expect(await ask('POST', '/models/huge/pull')).toMatchObject({ status: 404, body: { code: 'model_not_found' } });
  });

  it('verifies and removes', async () => {
    const { ask, shelf } = await open();
    expect((await ask('POST', '/models/little/verify')).body).toMatchObject({
      whole: false,
      files: [{ state: 'missing' }, { state: 'missing' }],
    });
    await shelf.pull(little, () => {}, new AbortController().signal);
    expect((await ask('POST', '/models/little/verify')).body).toMatchObject({ modelId: 'little', whole: true });
    expect(await ask('DELETE', '/models/little')).toEqual({ status: 200, body: { modelId: 'little', removed: true } });
    expect((await ask('DELETE', '/models/little')).body).toMatchObject({ removed: false });
  });
});
