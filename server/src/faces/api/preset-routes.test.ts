import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../testkit/api-fixture.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await openApiFixture();
});
afterEach(() => api.close());

function send(method: 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) {
  return api.app.inject({ method, url: `/api/presets${path}`, ...(payload && { payload }) });
}

async function listed(): Promise<{ id: string; builtIn: boolean; version: number }[]> {
  return (await api.app.inject({ url: '/api/presets' })).json().presets;
}

describe('presets', () => {
  it('of Scholium come first, those that people make after them', async () => {
    const made = await send('POST', '', { id: 'short', title: 'Short', artifacts: ['summary'], length: 0.5, tone: 'kind' });
    expect([made.statusCode, made.json()]).toEqual([
      201,
      {
        id: 'short',
        title: 'Short',
        artifacts: ['summary'],
        length: 0.5,
        language: null,
        tone: 'kind',
        instructions: null,
        version: 1,
        builtIn: false,
      },
    ]);
    expect((await listed()).map(({ id, builtIn }) => [id, builtIn])).toEqual([
      ['exam', true],
      ['beginner', true],
      ['research', true],
      ['meeting', true],
      ['short', false],
    ]);
  });

  it('are changed in part and raise their version; what is left out stays', async () => {
    await send('POST', '', { id: 'short', title: 'Short', artifacts: ['summary'], tone: 'kind' });
    const changed = (await send('PATCH', '/short', { instructions: 'Use metric units.' })).json();
    expect(changed).toMatchObject({ title: 'Short', tone: 'kind', instructions: 'Use metric units.', version: 2 });
    expect((await send('PATCH', '/short', { tone: null })).json()).toMatchObject({ tone: null, version: 3 });
    expect((await send('DELETE', '/short')).statusCode).toBe(204);
    expect(await listed()).toHaveLength(4);
  });

  it('refuse what is wrong, what exists and what belongs to Scholium', async () => {
    const outcome = async (reply: ReturnType<typeof send>) => [(await reply).statusCode, (await reply).json().code];
    const short = { id: 'short', title: 'Short', artifacts: ['summary'] };
    await send('POST', '', short);
    expect(await outcome(send('POST', '', short))).toEqual([409, 'preset_conflict']);
    expect(await outcome(send('POST', '', { ...short, id: 'exam' }))).toEqual([409, 'preset_conflict']);
    expect(await outcome(send('PATCH', '/exam', { title: 'Mine' }))).toEqual([409, 'preset_conflict']);
    expect(await outcome(send('DELETE', '/exam'))).toEqual([409, 'preset_conflict']);
    expect(await outcome(send('PATCH', '/none', { title: 'x' }))).toEqual([404, 'preset_not_found']);
    expect(await outcome(send('PATCH', '/short', {}))).toEqual([400, 'invalid_request']);
    expect(await outcome(send('POST', '', { title: 'x', artifacts: ['poem'] }))).toEqual([400, 'invalid_request']);
    expect(await outcome(send('POST', '', { title: 'x', artifacts: [] }))).toEqual([400, 'invalid_request']);
    expect(await outcome(send('POST', '', { title: 'x', artifacts: ['summary'], length: 99 }))).toEqual([400, 'invalid_request']);
  });
});
