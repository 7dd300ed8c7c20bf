import { expect, it } from 'vitest';
import { understandsLanguage } from './understands-language.ts';

it('a language is understood by its code, whatever its region, and every one by a model for any', () => {
  expect(understandsLanguage(['en'], 'EN-gb')).toBe(true);
  expect(understandsLanguage(['en'], 'en_US')).toBe(true);
  expect(understandsLanguage(['en'], 'de')).toBe(false);
  expect(understandsLanguage([], 'en')).toBe(false);
  expect(understandsLanguage('any', 'sw')).toBe(true);
});
