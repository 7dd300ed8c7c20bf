import { fileURLToPath } from 'node:url';
import type { StudySentence } from '@scholium/server/core/ports/writer.ts';

export function sampleFile(name: string): string {
  return fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
}

/** The texts as the sentences of one recording, with consecutive words and times. */
export function numbered(texts: readonly string[], sourceId = 'src_bench'): StudySentence[] {
  let word = 0;
  return texts.map((text) => {
    const firstWord = word;
    word += text.split(' ').length;
    const place = { startMs: firstWord * 390, endMs: word * 390, firstWord, lastWord: word - 1 };
    return {
      lectureId: 'bench',
      sourceId,
      kind: 'recording',
      textVersion: 1,
      text,
      ...place,
      page: null,
      startChar: null,
      endChar: null,
    };
  });
}
