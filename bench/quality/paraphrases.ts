import { readFileSync } from 'node:fs';
import { contentStems } from '@scholium/server/core/domain/content-terms.ts';
import { z } from 'zod';
import type { XquadParagraph } from './xquad.ts';

const paraphrasesSchema = z.array(z.object({ paragraph: z.string().regex(/^\d+\.\d+$/), question: z.string() }));

export type Paraphrase = z.infer<typeof paraphrasesSchema>[number];

/** Words that say nothing of what is asked for, beside the product's stop words. */
const FUNCTION_WORDS = new Set(
  'he his she her him one because between before after other too now being s not'.split(' ').flatMap(contentStems),
);

/**
 * Questions about XQuAD's paragraphs (`article.place`, both from 0), written by hand for this test in words that the paragraphs do not
 * have: "How do doctors cure scuba swimmers" for a paragraph on decompression sickness. They were written before any figure was seen.
 */
export function readParaphrases(): Paraphrase[] {
  return paraphrasesSchema.parse(JSON.parse(readFileSync(new URL('./paraphrases.json', import.meta.url), 'utf8')));
}

/** The words of the question, as stems, that stand in the paragraph all the same. */
export function sharedWords({ question }: Paraphrase, { text }: Pick<XquadParagraph, 'text'>): string[] {
  const there = new Set(contentStems(text));
  return contentStems(question).filter((stem) => !FUNCTION_WORDS.has(stem) && there.has(stem));
}
