import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@scholium/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScholium } from './support/run-scholium.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

const PASSWORD = 'correct horse battery';

describe('a server on which people sign in', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;
  let setup: string;

  beforeAll(async () => {
    folder = await makeTestFolder();
    server = await startServer(folder.path, { AUTH_MODE: 'accounts' });
    setup = await waitUntil('the setup token is printed', () => /setup token.*: (\S{43})$/m.exec(server.stderr())?.[1]);
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await folder.remove();
  });

  async function send(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const init = { method: 'POST', body: JSON.stringify(body) };
    return fetch(`${server.url}/api/auth${path}`, { ...init, headers: { 'content-type': 'application/json', ...headers } });
  }

  async function signUp(email: string, invitation: string): Promise<string> {
    const reply = await send('/sign-up/email', { name: email, email, password: PASSWORD, invitation });
    expect(await reply.json()).toMatchObject({ user: { email } });
    return reply.headers.get('set-auth-token') ?? '';
  }

  const as = (apiKey: string) => createClient({ baseUrl: server.url, apiKey });

  it('is used from the first administrator to a key for a program, and nobody sees what is another’s', async () => {
    await expect(server.client.call('listCourses')).rejects.toMatchObject({ code: 'sign_in_required', status: 401 });
    const boss = await signUp('boss@example.org', setup);
    const bossHeaders = { authorization: `Bearer ${boss}`, 'content-type': 'application/json' };
    const invited = await fetch(`${server.url}/api/admin/invitations`, {
      method: 'POST',
      headers: bossHeaders,
      body: JSON.stringify({ email: 'ann@example.org' }),
    });
    const { token } = (await invited.json()) as { token: string };
    const ann = await signUp('ann@example.org', token);

    const made = await fetch(`${server.url}/api/account/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'laptop', permissions: ['write'] }),
    });
    expect(made.status).toBe(201);
    const { secret, key } = (await made.json()) as { secret: string; key: { id: string } };
    const client = as(secret);
    expect(await client.call('getAccount')).toMatchObject({ mode: 'accounts', role: 'member', via: 'key' });
    await client.call('createCourse', { body: { id: 'physics', title: 'Physics' } });

    const stranger = as('scholium_made-up');
    await expect(stranger.call('listCourses')).rejects.toMatchObject({ code: 'sign_in_required' });
    const ofBoss = await fetch(`${server.url}/api/courses/physics`, { headers: bossHeaders });
    expect(ofBoss.status).toBe(404);
    await expect(client.call('getQueue', { query: { limit: 1 } })).rejects.toMatchObject({ code: 'not_permitted', status: 403 });

    const environment = { SCHOLIUM_URL: server.url, API_KEY: secret };
    expect(await runScholium(['jobs'], { folder: folder.path, environment })).toMatchObject({ code: 0 });
    const refused = await runScholium(['jobs'], { folder: folder.path, environment: { SCHOLIUM_URL: server.url } });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/Sign in, or send an API key/)]);

    await client.call('removeApiKey', { params: { keyId: key.id } });
    await expect(client.call('listCourses')).rejects.toMatchObject({ code: 'sign_in_required' });
    const audit = await fetch(`${server.url}/api/admin/audit`, { headers: bossHeaders });
    const { events } = (await audit.json()) as { events: { action: string }[] };
    expect(events.map(({ action }) => action).slice(0, 2)).toEqual(['key.removed', 'key.made']);
    expect(server.stdout() + server.stderr()).not.toContain(secret);
    expect(server.stdout()).not.toContain(setup);
  });

  it('refuses pages of other sites, and what is no JSON, in one sentence', async () => {
    const foreign = await send(
      '/sign-in/email',
      { email: 'ann@example.org', password: PASSWORD },
      { origin: 'https://evil.example' },
    );
    expect(foreign.status).toBe(403);
    const broken = await fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":',
    });
    expect(broken.status).toBe(400);
    const huge = await send('/sign-in/email', { email: 'x'.repeat(100_000), password: 'x' });
    expect(huge.status).toBe(413);
  });

  it('keeps the secret that it made in a file that only its owner may read', async () => {
    expect((await stat(join(folder.path, 'data', 'auth-secret'))).mode & 0o777).toBe(0o600);
  });
});
