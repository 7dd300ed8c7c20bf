import { afterEach, describe, expect, it } from 'vitest';
import { embedderConformance } from '../../../testkit/embedder.conformance.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import { createEnergeticEmbedder } from './energetic-embedder.ts';

embedderConformance('EnergeticEmbedder', async () => createEnergeticEmbedder());

describe('EnergeticEmbedder', () => {
  const signal = new AbortController().signal;
  const open: Embedder[] = [];

  function makeFailing(): Embedder {
    const embedder = createEnergeticEmbedder({ threadFile: new URL('./failing.fixture.thread.ts', import.meta.url) });
    open.push(embedder);
    return embedder;
  }

  afterEach(async () => {
    await Promise.all(open.splice(0).map((embedder) => embedder.close()));
  });

  it('gives the vector of a query again, each caller its own, after a crash and after hundreds of others too', async () => {
    const embedder = makeFailing();
    const [first] = await embedder.embed(['fine'], 'query', signal);
    first?.fill(0);
    await embedder.embed(['die'], 'passage', signal).catch(() => {});
    const [again] = await embedder.embed(['fine'], 'query', signal);
    expect(again?.[0]).toBeCloseTo(1 / Math.sqrt(512));
    await embedder.embed(
      Array.from({ length: 300 }, (_, number) => `query ${number}`),
      'query',
      signal,
    );
    expect(await embedder.embed(['fine', 'query 299'], 'query', signal)).toHaveLength(2);
  });

  it('rejects the call in work when its thread dies, as something to try again, and starts another', async () => {
    const embedder = makeFailing();
    const error: unknown = await embedder.embed(['die'], 'passage', signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'internal', permanent: false, detail: expect.stringContaining('starts anew') });
    expect(await embedder.embed(['fine'], 'passage', signal)).toHaveLength(1);
  });

  it('says that the model is missing when it cannot be loaded', async () => {
    const embedder = makeFailing();
    await expect(embedder.embed(['unavailable'], 'query', signal)).rejects.toMatchObject({ code: 'model_unavailable' });
  });

  it('refuses to work after it was closed', async () => {
    const embedder = makeFailing();
    await embedder.embed(['fine'], 'query', signal);
    await embedder.close();
    await expect(embedder.embed(['late'], 'query', signal)).rejects.toMatchObject({ code: 'server_stopping' });
  });
});
