import { isProbablyEnglish } from '../domain/is-probably-english.ts';
import { understandsLanguage } from '../domain/understands-language.ts';
import type { Embedder } from '../ports/embedder.ts';

/**
 * Documents and captions that do not say their language are taken to be in the embedder's, unless it knows English only and
 * they are plainly in another.
 */
export function understands(
  embedder: Pick<Embedder, 'languages'>,
  { language, sample }: { readonly language: string | null; readonly sample: string },
): boolean {
  if (language === null || language === 'und') return !isEnglishOnly(embedder) || isProbablyEnglish(sample);
  return understandsLanguage(embedder.languages, language);
}

/** Eight passages tell a language, also when the first holds a title page. */
export function sampleOf(passages: readonly { readonly text: string }[]): string {
  const step = Math.max(1, Math.floor(passages.length / 8));
  const chosen = passages.filter((_, index) => index % step === 0).slice(0, 8);
  return chosen.map(({ text }) => text).join(' ');
}

function isEnglishOnly({ languages }: Pick<Embedder, 'languages'>): boolean {
  return languages !== 'any' && languages.every((language) => language === 'en');
}
