import { afterEach, describe, expect, it } from 'vitest';
import { dig } from './model-shape.ts';
import { startModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts';
import { spoilReply } from './spoil-reply.ts';

const servers: ModelServer[] = [];
afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.close()))));

async function start(options: ModelServerOptions): Promise<ModelServer> {
  const server = await startModelServer(options);
  servers.push(server);
  return server;
}

function ask(server: ModelServer, body: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Why?' }], ...body }),
    signal: signal ?? null,
  });
}

describe('a server of language models for tests', () => {
  it('answers by its script, one reply a request, and says when it is over', async () => {
    const server = await start({ replies: ['First.', { json: { a: 1 } }, ({ messages }) => `You said: ${messages[0]?.text}`] });
    const content = async () => dig(await (await ask(server, {})).json(), 'choices', 0, 'message', 'content');
    expect([await content(), await content(), await content()]).toEqual(['First.', '{"a":1}', 'You said: Why?']);
    expect((await ask(server, {})).status).toBe(400);
    server.script('Again.');
    expect(await content()).toBe('Again.');
  });

  it('streams pieces that make up the text', async () => {
    const server = await start({ replies: ['  Tides rise and fall.\n'] });
    const text = await (await ask(server, { stream: true })).text();
    const pieces = text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g);
    expect([...pieces].map(([, piece]) => JSON.parse(piece ?? '""')).join('')).toBe('  Tides rise and fall.\n');
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  it('lets nobody in with another key, and knows no other model', async () => {
    const server = await start({ key: 'right', model: 'm', replies: () => 'In.' });
    expect((await ask(server, {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await ask(server, { model: 'n' }, { authorization: 'Bearer right' })).status).toBe(404);
    expect((await ask(server, {}, { authorization: 'Bearer right' })).status).toBe(200);
    expect(server.calls.map(({ key }) => key)).toEqual(['wrong', 'right', 'right']);
  });

  it('fails as it is told to, and notices who leaves', async () => {
    const server = await start({
      replies: [
        { fault: { status: 429, retryAfter: '7' } },
        { fault: 'reset' },
        { text: 'a b', fault: 'reset-within' },
        { fault: 'hang' },
      ],
    });
    const limited = await ask(server, {});
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    await expect(ask(server, {})).rejects.toThrow();
    await expect(ask(server, { stream: true }).then((response) => response.text())).rejects.toThrow();
    const leave = new AbortController();
    const hanging = ask(server, {}, {}, leave.signal);
    await expect.poll(() => server.calls.length).toBe(4);
    leave.abort();
    await expect(hanging).rejects.toThrow();
    expect(await server.calls[3]?.closed).toMatchObject({ how: 'left' });
  });

  it('spoils good replies in every way that models do', () => {
    const good = { title: 'Tides', sentenceIds: [3, 4], count: 2 };
    expect(() => JSON.parse(String(spoilReply(good, 'broken JSON')))).toThrow();
    expect(spoilReply(good, 'wrong types')).toEqual({
      json: { title: { value: 'Tides' }, sentenceIds: ['3?', '4?'], count: '2?' },
    });
    expect(spoilReply(good, 'invented ids')).toEqual({ json: { title: 'Tides', sentenceIds: [1_000_006, 1_000_007], count: 2 } });
    expect(spoilReply(good, 'an empty reply')).toBe('');
    expect(spoilReply(good, 'a cut-off reply')).toMatchObject({ cut: true });
  });
});
