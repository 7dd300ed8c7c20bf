import { describe, expect, it } from 'vitest';
import { localPerson } from '../domain/person.ts';
import { personalAccounts } from './personal-accounts.ts';

const header = (headers: Record<string, string | undefined>) => (name: string) => headers[name];
const key = 'a-key-that-nobody-guesses';

describe('a personal installation', () => {
  it('belongs to whoever reaches it', async () => {
    expect(await personalAccounts({ apiKey: null }).identify(header({ 'x-api-key': 'anything' }))).toEqual(localPerson);
  });

  it('with a key belongs to whoever sends it, in either header', async () => {
    const accounts = personalAccounts({ apiKey: key });
    for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }, { authorization: `bearer  ${key}` }]) {
      expect(await accounts.identify(header(headers))).toEqual({ ...localPerson, via: 'environment' });
    }
  });

  it('knows nobody without the key, and refuses a wrong one, one that begins alike, and other schemes', async () => {
    const accounts = personalAccounts({ apiKey: key });
    expect(await accounts.identify(header({}))).toBeNull();
    expect(await accounts.identify(header({ 'x-api-key': ' ' }))).toBeNull();
    expect(await accounts.identify(header({ authorization: `Basic ${key}` }))).toBeNull();
    for (const wrong of ['wrong', key.slice(0, -1), `${key}x`]) {
      await expect(accounts.identify(header({ 'x-api-key': wrong }))).rejects.toMatchObject({ code: 'sign_in_required' });
    }
  });
});
