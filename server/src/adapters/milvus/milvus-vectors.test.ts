import { afterEach, describe, expect, it } from 'vitest';
import { startMilvus, type MilvusServer } from '../../../testkit/milvus-server.ts';
import { MilvusConnection, MilvusError } from './milvus-connection.ts';
import { collectionName, dropOtherCollections, MilvusVectors, type MilvusPlace } from './milvus-vectors.ts';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<{ server: MilvusServer; place: MilvusPlace }> {
  const server = await startMilvus();
  const connection = new MilvusConnection({ address: server.address, token: null });
  cleanups.push(
    () => server.close(),
    () => connection.close(),
  );
  return { server, place: { connection, prefix: 'test', searchTimeoutMs: 5000, writeTimeoutMs: 5000 } };
}

const row = (passageId: string, vector: readonly number[]) => ({
  ownerId: 'ann',
  sourceId: 's',
  passageId,
  vector: new Float32Array(vector),
});

const never = new AbortController().signal;

describe('MilvusVectors', () => {
  it('says what Milvus says to vectors of other dimensions, and puts none of them there', async () => {
    const { server, place } = await start();
    const vectors = new MilvusVectors(place, 'model', 4);
    await vectors.ensure();
    await vectors.put([row('a', [1, 0, 0, 0])]);
    await expect(vectors.put([row('b', [1, 0])])).rejects.toThrow(/dim/);
    const refused = await vectors.nearest('ann', new Float32Array([1, 0]), 5, never).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(MilvusError);
    expect(refused).toMatchObject({ code: 65_535, message: expect.stringContaining('dimension') });
    expect(server.rows().map(({ passage }) => passage)).toEqual(['a']);
    expect(await vectors.nearest('ann', new Float32Array([1, 0, 0, 0]), 5, never)).toEqual(['a']);
  });

  it('makes a collection whole that was made without its index', async () => {
    const { server, place } = await start();
    const { connection } = place;
    const vectors = new MilvusVectors(place, 'model', 2);
    await vectors.ensure();
    await connection.call((client) => client.dropCollection({ collection_name: vectors.name }), 5000);
    server.failNext('CreateIndex');
    await expect(vectors.ensure()).rejects.toThrow(MilvusError);
    await vectors.ensure();
    await vectors.put([row('a', [1, 0])]);
    expect(await vectors.nearest('ann', new Float32Array([1, 0]), 5, never)).toEqual(['a']);
  });

  it('reads more keys than a page has', async () => {
    const { place } = await start();
    const vectors = new MilvusVectors(place, 'model', 2);
    await vectors.ensure();
    await vectors.put(Array.from({ length: 8100 }, (_, at) => row(`p${at}`, [at, 1])));
    const keys = await vectors.keys({ ownerId: 'ann' });
    expect(keys.size).toBe(8100);
    await vectors.removeKeys([...keys.keys()]);
    expect((await vectors.keys({})).size).toBe(0);
  });

  it('drops collections of ours only', async () => {
    const { server, place } = await start();
    for (const [prefix, model] of [
      ['test', 'old'],
      ['test', 'new'],
      ['test_2', 'old'],
      ['other', 'old'],
    ] as const) {
      await new MilvusVectors({ ...place, prefix }, model, 2).ensure();
    }
    await dropOtherCollections(place, collectionName('test', 'new', 2));
    expect(server.collections().toSorted()).toEqual(
      [collectionName('other', 'old', 2), collectionName('test_2', 'old', 2), collectionName('test', 'new', 2)].toSorted(),
    );
  });

  it('ends at once what is asked for when it is closed', async () => {
    const { server, place } = await start();
    await server.behave('slow');
    const asked = new MilvusVectors(place, 'model', 2).ensure();
    place.connection.close();
    await expect(asked).rejects.toThrow('The connection was closed.');
  });
});
