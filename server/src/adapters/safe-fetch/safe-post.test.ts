import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { startPageServer, type PageServer } from '../../../testkit/page-server.ts';
import { createSafePoster, type PostRequest } from './safe-post.ts';

const goOn = new AbortController().signal; // never aborted
let server: PageServer | null = null;
afterEach(() => server?.close());

async function posterTo(answer: Parameters<typeof startPageServer>[0]) {
  const to = await startPageServer(answer);
  server = to;
  const poster = createSafePoster({ allowPrivate: ['127.0.0.1'] });
  const url = `http://127.0.0.1:${to.port}/hook?x=1`;
  return {
    poster,
    post: (more: Partial<PostRequest> = {}, signal = goOn) =>
      poster.post({ url, body: '{}', headers: {}, timeoutMs: 20_000, maxAnswerBytes: 1000, ...more }, signal),
  };
}

describe('createSafePoster', () => {
  it('sends the body and the headers once, and gives what was answered', async () => {
    const bodies: string[] = [];
    const { post } = await posterTo(async (request, response) => {
      bodies.push(await text(request));
      response.writeHead(503, { 'retry-after': '120' }).end('later');
    });
    const body = '{"event":"lecture.done","title":"é"}';
    const headers = { 'content-type': 'application/json', 'x-signature': 'sha256=ab' };
    expect(await post({ body, headers })).toEqual({ status: 503, retryAfter: '120', body: Buffer.from('later') });
    expect(bodies).toEqual([body]);
    expect(server?.requests[0]).toMatchObject({ method: 'POST', url: '/hook?x=1' });
    expect(server?.requests[0]?.headers).toMatchObject({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
  });

  it('does not follow redirects with what it sends', async () => {
    const { post } = await posterTo({ '/hook?x=1': { status: 307, headers: { location: '/other' } }, '/other': { body: 'no' } });
    expect(await post()).toMatchObject({ status: 307 });
    expect(server?.requests).toHaveLength(1);
  });

  it('reaches no address that may not be fetched', async () => {
    const { post } = await posterTo({});
    for (const url of ['http://169.254.169.254/', 'http://[::1]/', 'http://127.0.0.2:8080/', 'file:///etc/passwd']) {
      await expect(post({ url })).rejects.toMatchObject({ code: 'url_not_allowed' });
    }
    expect(server?.requests).toHaveLength(0);
  });

  it('takes no header that steers the connection, and none with line breaks', async () => {
    const { post } = await posterTo({});
    for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Cookie', 'Proxy-Authorization']) {
      await expect(post({ headers: { [name]: 'x' } })).rejects.toThrow(/Not a header/);
    }
    await expect(post({ headers: { 'x-a': 'b\r\nhost: evil' } })).rejects.toThrow();
    expect(server?.requests).toHaveLength(0);
  });

  it('bounds the answer, in bytes and in time, and stops when cancelled or closed', async () => {
    const { post, poster } = await posterTo((request, response) => {
      if (request.headers['x-case'] === 'long') response.end(Buffer.alloc(2000));
    });
    await expect(post({ headers: { 'x-case': 'long' } })).rejects.toMatchObject({ code: 'url_too_large' });
    await expect(post({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'url_unreachable' });
    await expect(post({}, AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'cancelled' });
    const open = post();
    await poster.close();
    await expect(open).rejects.toMatchObject({ code: 'cancelled' });
  });
});
