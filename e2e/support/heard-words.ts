import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './test-folder.ts';

/** The share (0..1) of a text's words that are said in the short sample: near 1 for its transcript, near 0 for noise. */
export function shareSaid(text: string): number {
  const said = new Set(wordsOf(readFileSync(join(ROOT, 'samples/tides.txt'), 'utf8')));
  const words = wordsOf(text);
  return words.length === 0 ? 0 : words.filter((word) => said.has(word)).length / words.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]{2,}/g) ?? [];
}
