import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { startPageServer, type PageServer } from '../../../testkit/page-server.ts';
import { createSafeDispatcher, createSafeFetch } from './safe-dispatcher.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(answer: Parameters<typeof startPageServer>[0], host?: string): Promise<PageServer> {
  const server = await startPageServer(answer, host ? { host } : {});
  closers.push(() => server.close());
  return server;
}

function safeFetch(options: Parameters<typeof createSafeFetch>[0]): typeof fetch {
  const made = createSafeFetch(options);
  closers.push(() => made.close());
  return made.fetch;
}

const allowPrivate = ['127.0.0.1'];

describe('createSafeDispatcher', () => {
  it('checks what it connects to', async () => {
    const server = await serve({ '/': { body: 'ok' } });
    const resolve = async (host: string) => [host === 'good.test' ? '127.0.0.1' : '127.0.0.9'];
    const dispatcher = createSafeDispatcher({ allowPrivate, resolve });
    closers.push(() => dispatcher.destroy());
    const get = (url: string) => request(url, { dispatcher });
    expect(await text((await get(`http://good.test:${server.port}/`)).body)).toBe('ok');
    for (const url of [`http://other.test:${server.port}/`, 'http://10.0.0.1/', 'http://good.test:22/']) {
      await expect(get(url), url).rejects.toMatchObject({ code: 'url_not_allowed' });
    }
    expect(server.requests).toHaveLength(1);
  });
});

describe('createSafeFetch', () => {
  it('is a fetch: JSON, forms, streams, abort', async () => {
    const server = await serve((incoming, response) => void incoming.pipe(response.writeHead(200, { 'x-a': 'b' })));
    const fetchIt = safeFetch({ allowPrivate });
    const url = `http://127.0.0.1:${server.port}/v1/chat`;
    const reply = await fetchIt(url, { method: 'POST', headers: { authorization: 'Bearer k' }, body: JSON.stringify({ a: 1 }) });
    expect(await reply.json()).toEqual({ a: 1 });
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer k');
    const form = new FormData();
    form.set('file', new Blob(['sound']), 'a.wav');
    expect(await (await fetchIt(new URL(url), { method: 'POST', body: form })).text()).toContain('filename="a.wav"');
    expect(await (await fetchIt(new Request(url, { method: 'POST', body: 'whole request' }))).text()).toBe('whole request');
    await expect(fetchIt(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('reaches no address that may not be fetched, whatever the name resolves to', async () => {
    const inside = await serve({ '/': { body: 'secret' } });
    const fetchIt = safeFetch({ resolve: async () => ['127.0.0.1'] });
    for (const url of [`http://127.0.0.1:${inside.port}/`, `http://name.test:${inside.port}/`, 'file:///etc/passwd']) {
      await expect(fetchIt(url), url).rejects.toMatchObject({ code: 'url_not_allowed' });
    }
    expect(inside.requests).toHaveLength(0);
  });

  it('carries no key to where a redirect leads', async () => {
    const elsewhere = await serve({ '/': { body: 'thanks for the key' } }, '127.0.0.2');
    const provider = await serve((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.2:${elsewhere.port}/` }).end(),
    );
    const fetchIt = safeFetch({ allowPrivate: ['127.0.0.0/8'] });
    const sent = fetchIt(`http://127.0.0.1:${provider.port}/`, { method: 'POST', body: '{}', headers: { 'x-api-key': 'k' } });
    await expect(sent).rejects.toMatchObject({ code: 'url_not_allowed' });
    expect(elsewhere.requests).toHaveLength(0);
  });
});
