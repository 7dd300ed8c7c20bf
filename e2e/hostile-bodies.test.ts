import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curl } from './support/curl.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder } from './support/test-folder.ts';

const NESTED = '{"preset_id":'.repeat(1000) + '1' + '}'.repeat(1000);

/** Cases 46 to 48 of the attack list that reach the process by a body. */
describe('a body that means harm', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;

  beforeAll(async () => {
    folder = await makeTestFolder();
    server = await startServer(folder.path);
  });
  afterAll(async () => {
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  it.each<[string, string, string | null]>([
    ['none at all', '/api/lectures/x/ask', null],
    ['an empty one', '/api/lectures/x/ask', ''],
    ['no JSON', '/api/lectures/x/ask', '{"question":'],
    ['__proto__', '/api/lectures/x/ask', '{"question":"why","__proto__":{"isAdmin":true}}'],
    ['constructor.prototype', '/api/lectures/x/generate', '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ['ten megabytes', '/api/lectures/x/ask', JSON.stringify({ question: 'x'.repeat(10_000_000) })],
    ['a thousand levels', '/api/lectures/x/generate', NESTED],
    ['a form without a file', '/api/lectures/ingest', null],
  ])('is refused with a 4xx, and the server lives: %s', async (name, path, body) => {
    const file = join(folder.path, 'body');
    await writeFile(file, body ?? '');
    const data =
      body === null ? ['--request', 'POST'] : ['--header', 'content-type: application/json', '--data-binary', `@${file}`];
    const form = path.endsWith('ingest') ? ['--form', 'title=only a title'] : data;
    const reply = await curl(...form, server.url + path);
    expect(reply.status, name).toBeGreaterThanOrEqual(400);
    expect(reply.status, name).toBeLessThan(500);
    expect(reply.contentType).toContain('application/problem+json');
    expect(reply.body).not.toMatch(/node_modules|\.ts:|\/home\/|isAdmin/);
    expect((await curl(`${server.url}/health`)).status).toBe(200);
  });

  it.each(['(a+)+$', '"unbalanced', 'NEAR(a b)', "'; drop table passage; --", 'a* OR b', ':^{}'])(
    'search reads %s as words, not as syntax',
    async (query) => {
      const reply = await curl('--get', '--data-urlencode', `q=${query}`, `${server.url}/api/search`);
      expect(reply.status).toBe(200);
      expect(JSON.parse(reply.body)).toMatchObject({ results: [] });
    },
  );

  it('a query of a megabyte is refused', async () => {
    // curl cannot send it
    const { status } = await fetch(`${server.url}/api/search?q=${'x'.repeat(1_000_000)}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect((await curl(`${server.url}/health`)).status).toBe(200);
  });
});
