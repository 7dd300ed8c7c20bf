/**
 * Whether a model hears text in this language: `languages` are ISO 639-1 codes, or `any`; the text's may carry a region.
 *
 * @example understandsLanguage(['en'], 'en-GB') // true
 */
export function understandsLanguage(languages: readonly string[] | 'any', language: string): boolean {
  return languages === 'any' || languages.includes(language.toLowerCase().split(/[-_]/)[0] ?? '');
}
