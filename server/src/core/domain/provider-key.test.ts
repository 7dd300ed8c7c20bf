import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liesUnder, PROVIDER_BASE_URLS, providerAccess, type ProviderName } from './provider-key.ts';

const nothing = { baseUrl: null, apiKey: null };
const server = { baseUrl: null, apiKey: 'server-key' };
const providers = Object.keys(PROVIDER_BASE_URLS) as ProviderName[]; // the keys of a constant

describe('providerAccess', () => {
  it.each(['openai', 'anthropic', 'gemini'] as const)('sends the key of the server to the place of %s', (provider) => {
    expect(providerAccess({ provider, operator: server, user: nothing })).toEqual({
      baseUrl: PROVIDER_BASE_URLS[provider],
      apiKey: 'server-key',
      keyOf: 'operator',
    });
  });

  it('sends the key of the server to the base URL that the operator set', () => {
    const operator = { baseUrl: 'http://gateway.intranet:4000/v1', apiKey: 'server-key' };
    for (const provider of providers) {
      expect(providerAccess({ provider, operator, user: nothing })).toEqual({ ...operator, keyOf: 'operator' });
    }
  });

  it('never sends the key of the server to a base URL that a user set, not even to one that looks right', () => {
    const look = [
      'https://api.openai.com/v1',
      'https://api.openai.com.evil.example',
      'http://127.0.0.1:8000',
      'http://gateway.intranet:4000/v1',
    ];
    const urls = fc.oneof(fc.webUrl(), fc.constantFrom(...look));
    const keys = fc.oneof(
      fc.constant(null),
      fc.string({ minLength: 1 }).map((key) => `user-${key}`),
    );
    const bases = fc.constantFrom(null, 'http://gateway.intranet:4000/v1');
    fc.assert(
      fc.property(fc.constantFrom(...providers), urls, keys, bases, (provider, baseUrl, apiKey, operatorUrl) => {
        const operator = { baseUrl: operatorUrl, apiKey: 'server-key' };
        const access = providerAccess({ provider, operator, user: { baseUrl, apiKey } });
        expect(access).toEqual({ baseUrl, apiKey, keyOf: apiKey === null ? null : 'user' });
      }),
    );
  });

  it('takes the key of a user before that of the server, and neither where there is none', () => {
    const user = { baseUrl: null, apiKey: 'mine' };
    expect(providerAccess({ provider: 'openai', operator: server, user })).toMatchObject({ apiKey: 'mine', keyOf: 'user' });
    expect(providerAccess({ provider: 'openai', operator: nothing, user: nothing })).toMatchObject({ apiKey: null, keyOf: null });
  });

  it('says when nobody told where a compatible server is, and refuses what is no base URL', () => {
    const compatible = { provider: 'openai-compatible', operator: server } as const;
    expect(() => providerAccess({ ...compatible, user: nothing })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid' }),
    );
    for (const baseUrl of [
      '',
      'api.openai.com',
      'file:///etc',
      'https://a:b@c.example',
      'https://a.example\\@b',
      'https://a.example /',
    ]) {
      const access = (): unknown => providerAccess({ ...compatible, user: { baseUrl, apiKey: null } });
      expect(access, baseUrl).toThrow(expect.objectContaining({ code: 'url_invalid' }));
    }
  });
});

describe('liesUnder', () => {
  const base = 'https://api.openai.com/v1';
  it.each([base, `${base}/`, `${base}/chat/completions?x=y`, 'https://API.openai.com:443/v1/models'])('takes %s', (url) => {
    expect(liesUnder(url, base)).toBe(true);
  });

  it.each([
    'http://api.openai.com/v1/chat',
    'https://api.openai.com:8443/v1/chat',
    'https://api.openai.com.evil.example/v1',
    'https://evil.example/v1',
    'https://api.openai.com/v2',
    'https://api.openai.com/v10/chat',
    'https://api.openai.com/v1/../admin',
    'https://api.openai.com/v1/%2e%2e/admin',
    'https://api.openai.com/v1/..%2fadmin',
    'https://x@api.openai.com/v1/',
    'https://api.openai.com@evil.example/v1/',
    'file:///v1',
    'v1',
    '',
  ])('refuses %j', (url) => {
    expect(liesUnder(url, base)).toBe(false);
  });

  it('takes everything of a server whose base has no path', () => {
    expect(liesUnder('http://localhost:11434/api/chat', 'http://localhost:11434')).toBe(true);
    expect(liesUnder('file:///a', 'file:///')).toBe(false);
  });
});
